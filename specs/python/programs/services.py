"""Servers and clients in one program: HTTP, XML-RPC and lines over named sockets, datagrams, selectors, and asyncio's servers."""

import asyncio
import contextlib
import errno
import http.client
import http.server
import json
import os
import selectors
import signal
import socket
import socketserver
import struct
import sys
import threading
import xmlrpc.client
import xmlrpc.server

FOLDER = os.path.join(sys.argv[1], 's')
os.makedirs(FOLDER, exist_ok=True)
os.chdir(FOLDER)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def address_string(self):
        return 'local'

    def log_message(self, form, *values):
        seen.append(form % values)

    def answer(self, status, body, kind='text/plain'):
        self.send_response(status)
        self.send_header('Content-Type', kind)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == '/chunks':
            self.send_response(200)
            self.send_header('Transfer-Encoding', 'chunked')
            self.end_headers()
            for part in (b'one', b'two' * 5000, b''):
                self.wfile.write(b'%x\r\n%s\r\n' % (len(part), part))
        elif self.path == '/missing':
            self.send_error(404, 'Nothing here')
        else:
            self.answer(200, self.path.encode())

    def do_POST(self):
        data = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
        self.answer(201, json.dumps({'sum': sum(data)}).encode(), 'application/json')


class LocalServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def get_request(self):
        connection, _ = super().get_request()
        return connection, ('local', 0)


class LocalConnection(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect('http.sock')


seen = []
with LocalServer('http.sock', Handler) as server:
    threading.Thread(target=server.serve_forever, kwargs={'poll_interval': 0.01}).start()
    client = LocalConnection('localhost')
    for method, path, body in (
        ('GET', '/a?b=c', None),
        ('POST', '/sum', '[1, 2, 3]'),
        ('GET', '/chunks', None),
        ('GET', '/missing', None),
    ):
        client.request(method, path, body, {'Host': 'x'})
        answer = client.getresponse()
        data = answer.read()
        print(answer.status, answer.reason, answer.getheader('Content-Type'), len(data), data[:20])
    client.close()
    server.shutdown()
print(seen, os.path.exists('http.sock'))

answers = xmlrpc.server.SimpleXMLRPCDispatcher(allow_none=True)
answers.register_function(pow)
answers.register_function(lambda: 1 / 0, 'fail')
answers.register_introspection_functions()
for name, *values in (('pow', 2, 5), ('fail',), ('none',), ('system.listMethods',)):
    text = answers._marshaled_dispatch(xmlrpc.client.dumps(tuple(values), name).encode())
    try:
        print(name, xmlrpc.client.loads(text)[0])
    except xmlrpc.client.Fault as fault:
        print(name, fault.faultCode, fault.faultString)


class Lines(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(line.decode().strip()[::-1].encode() + b'\n')


with socketserver.UnixStreamServer('lines.sock', Lines) as server:
    worker = threading.Thread(target=server.handle_request)
    worker.start()
    with socket.socket(socket.AF_UNIX) as client:
        client.connect('lines.sock')
        with client.makefile('rw', encoding='utf-8', newline='\n') as file:
            for text in ('hello', 'äöü'):
                file.write(text + '\n')
                file.flush()
                print(repr(file.readline()))
    worker.join()

first, second = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
with first, second:
    for text in (b'', b'one', b'x' * 5000):
        first.send(text)
    print([len(second.recv(4096)) for _ in range(3)])
    second.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        second.recv(1)
        print('not reached')
    print(second.type == socket.SOCK_DGRAM, first.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE) == socket.SOCK_DGRAM)

first, second = socket.socketpair()
with first, second:
    first.sendmsg([b'a', b'bc', memoryview(b'def')])
    parts = [bytearray(2), bytearray(10)]
    print(second.recvmsg_into(parts)[0], parts[0], bytes(parts[1]).rstrip(b'\0'))
    first.sendall(b'peeked')
    print(second.recv(3, socket.MSG_PEEK), second.recv(10), second.getpeername() == '', first.fileno() != second.fileno())
    first.settimeout(0.05)
    try:
        first.recv(1)
    except TimeoutError as error:
        print('timeout', error)
    first.shutdown(socket.SHUT_WR)
    print(second.recv(1))
    second.close()
    first.settimeout(None)
    try:
        first.shutdown(socket.SHUT_RD)
        first.send(b'x')
    except OSError as error:
        print(type(error).__name__)

with selectors.DefaultSelector() as selector:
    pairs = [socket.socketpair() for _ in range(5)]
    for number, (here, there) in enumerate(pairs):
        selector.register(here, selectors.EVENT_READ, number)
        there.send(b'%d' % number)
    pairs[2][0].recv(1)
    print(sorted((key.data, mask) for key, mask in selector.select(0)))
    selector.modify(pairs[2][0], selectors.EVENT_READ | selectors.EVENT_WRITE, 'changed')
    print([(key.data, mask) for key, mask in selector.select(0) if key.data == 'changed'], len(selector.get_map()))
    pairs[1][1].close()
    pairs[1][0].recv(1)
    print([key.fileobj.recv(1) for key, mask in selector.select(0) if key.data == 1])
    for pair in pairs:
        for one in pair:
            one.close()


async def talk():
    async def serve(reader, writer):
        try:
            while (length := struct.unpack('!I', await reader.readexactly(4))[0]) > 0:
                writer.write((await reader.readexactly(length)).upper() + b'\n')
                await writer.drain()
        except asyncio.IncompleteReadError as error:
            writer.write(b'cut off after %d' % len(error.partial))
        finally:
            writer.close()
            await writer.wait_closed()

    server = await asyncio.start_unix_server(serve, 'async.sock', limit=1 << 16)
    async with server:

        async def client(number):
            reader, writer = await asyncio.open_unix_connection('async.sock')
            for text in (b'a%d' % number, b'b' * 40000):
                writer.write(struct.pack('!I', len(text)) + text)
            got = [len(await reader.readline()) for _ in range(2)]
            writer.write(b'\0\0')
            writer.write_eof()
            got.append(await reader.read())
            writer.close()
            return got

        print(await asyncio.gather(*map(client, range(4))))
        print([type(one).__name__ for one in server.sockets], server.is_serving())
    print(server.is_serving())
    with contextlib.suppress(FileNotFoundError):
        os.unlink('async.sock')
    try:
        await asyncio.open_unix_connection('async.sock')
    except OSError as error:
        print(errno.errorcode[error.errno])


class Counter(asyncio.Protocol):
    def __init__(self, done):
        self.done, self.size, self.events = done, 0, []

    def connection_made(self, transport):
        self.transport = transport
        transport.set_write_buffer_limits(high=1000)

    def data_received(self, data):
        self.size += len(data)

    def pause_writing(self):
        self.events.append('pause')

    def resume_writing(self):
        self.events.append('resume')

    def eof_received(self):
        return True

    def connection_lost(self, error):
        self.done.set_result((self.size, error))


async def protocols():
    loop = asyncio.get_running_loop()
    here, there = socket.socketpair()
    done, other = loop.create_future(), loop.create_future()
    _, first = await loop.create_connection(lambda: Counter(done), sock=here)
    _, second = await loop.create_connection(lambda: Counter(other), sock=there)
    first.transport.write(b'x' * 1_000_000)
    first.transport.write_eof()
    while second.size < 1_000_000:
        await asyncio.sleep(0)
    second.transport.close()
    print(await other, first.events)
    first.transport.abort()
    print((await done)[0])
    reader, writer = os.pipe()
    stream = asyncio.StreamReader()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stream), open(reader, 'rb', 0))
    out, _ = await loop.connect_write_pipe(asyncio.Protocol, open(writer, 'wb', 0))
    out.write(b'piped\nlines\n')
    out.close()
    print([line async for line in stream])
    transport.close()
    got = asyncio.Event()
    loop.add_signal_handler(signal.SIGUSR1, got.set)
    os.kill(os.getpid(), signal.SIGUSR1)
    await asyncio.wait_for(got.wait(), 5)
    print('signal', loop.remove_signal_handler(signal.SIGUSR1))
    errors = []
    loop.set_exception_handler(lambda loop, context: errors.append(context['message']))
    loop.call_soon(lambda: 1 / 0)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    print([text.split('<')[0] for text in errors])


asyncio.run(talk())
asyncio.run(protocols(), debug=True)
