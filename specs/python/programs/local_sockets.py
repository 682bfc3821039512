"""Servers and clients in one process, by sockets with a name: asyncio, socketserver, multiprocessing.connection, logging."""
import asyncio
import logging
import logging.handlers
import os
import pathlib
import socket
import socketserver
import stat
import struct
import sys
import threading
from multiprocessing.connection import Client, Listener

os.makedirs(sys.argv[1], exist_ok=True)
os.chdir(sys.argv[1])


async def shout(reader, writer):
    while line := await reader.readline():
        writer.write(line.upper())
        await writer.drain()
    writer.close()


async def ask(path, lines):
    reader, writer = await asyncio.open_unix_connection(path)
    answers = []
    for line in lines:
        writer.write(line.encode() + b'\n')
        answers.append((await reader.readline()).decode().strip())
    writer.close()
    await writer.wait_closed()
    return answers


async def by_asyncio(path):
    async with await asyncio.start_unix_server(shout, path) as server:
        print(server.sockets[0].getsockname(), stat.S_ISSOCK(os.stat('loud').st_mode) if path == 'loud' else '')
        asked = [ask(path, [f'{name} {number}' for number in range(3)]) for name in ('one', 'other', 'third')]
        for answers in await asyncio.gather(*asked):
            print(answers)


class Reverse(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(self.rfile.readline().strip()[::-1])


def by_socketserver():
    with socketserver.ThreadingUnixStreamServer('reverse', Reverse) as server:
        threading.Thread(target=server.serve_forever, kwargs={'poll_interval': 0.01}).start()
        for text in (b'drawer', b'live'):
            with socket.socket(socket.AF_UNIX) as client:
                client.connect('reverse')
                client.settimeout(5)
                client.sendall(text + b'\n')
                print(client.getpeername(), client.recv(100))
        server.shutdown()


def by_multiprocessing():
    with Listener('objects', 'AF_UNIX', authkey=b'secret') as listener:

        def serve():
            with listener.accept() as connection:
                while (thing := connection.recv()) is not None:
                    connection.send(sorted(thing))

        thread = threading.Thread(target=serve)
        thread.start()
        with Client('objects', authkey=b'secret') as connection:
            connection.send({3: 'c', 1: 'a'})
            print(connection.recv())
            connection.send(['x'] * 2 + list('edge'))
            print(connection.recv())
            connection.send(None)
        thread.join()
    print(os.path.exists('objects'))


def by_datagrams():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
        log.bind('log')
        handler = logging.handlers.SysLogHandler('log')
        logging.getLogger('program').addHandler(handler)
        logging.getLogger('program').warning('disk %d %% full', 93)
        handler.close()
        print(log.recvfrom(200))
        client.bind('\0nameless')
        client.sendto(b'hello', 'log')
        message, sender = log.recvfrom(200)
        log.sendto(b'and back', sender)
        print(message, sender, client.recvfrom(200))


def who_and_errors():
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind('who')
        try:
            client.connect('who')
        except OSError as error:
            print(error)
        server.listen()
        client.connect(str(pathlib.Path('who').absolute()))
        end, _ = server.accept()
        pid, user, _ = struct.unpack('3i', end.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        print(pid == os.getpid(), user == os.getuid(), pathlib.Path('who').is_socket())
        end.close()
        print(client.recv(1))
        for path in ('none', 'x' * 200):
            try:
                socket.socket(socket.AF_UNIX).connect(path)
            except OSError as error:
                print(error)
    os.unlink('who')


asyncio.run(by_asyncio('loud'))
asyncio.run(by_asyncio('\0quiet'))
by_socketserver()
by_multiprocessing()
by_datagrams()
who_and_errors()
print(socket.gethostbyname('localhost'), [found[4] for found in socket.getaddrinfo('192.0.2.7', 80, type=socket.SOCK_STREAM)])
print({'null', 'shm', 'stdin'} - {entry.name for entry in os.scandir('/dev') if entry.is_symlink() or entry.stat()})
print(sorted(os.listdir()))
