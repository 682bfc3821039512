"""Asyncio as servers and crawlers use it: task groups, time limits, locks, signals, threads, streams and pipes."""
import asyncio
import contextvars
import os
import signal
import socket
import threading


async def limits():
    for limited in (asyncio.sleep(5), asyncio.Event().wait(), asyncio.Queue().get()):
        try:
            async with asyncio.timeout(0.01):
                await limited
        except TimeoutError as error:
            print('timeout', repr(error))
    quick, slow = asyncio.create_task(asyncio.sleep(0.001, 'quick')), asyncio.create_task(asyncio.sleep(9))
    done, pending = await asyncio.wait({quick, slow}, return_when=asyncio.FIRST_COMPLETED)
    print([task.result() for task in done], pending == {slow})
    slow.cancel()
    print(await asyncio.gather(slow, return_exceptions=True))


async def groups():
    async def fail(number):
        await asyncio.sleep(0)
        raise ValueError(number)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fail(1))
            group.create_task(fail(2))
            group.create_task(asyncio.sleep(9))
    except* ValueError as several:
        print('failed', [str(error) for error in several.exceptions])
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(asyncio.sleep(0.001 * (3 - number), number)) for number in range(3)]
    print('done', [task.result() for task in tasks])


async def locks():
    order, opened = [], asyncio.Event()
    few, lock, barrier = asyncio.Semaphore(2), asyncio.Lock(), asyncio.Barrier(3)

    async def enter(number):
        async with few, lock:
            order.append(number)
        await opened.wait()
        return await barrier.wait()
    tasks = [asyncio.create_task(enter(number)) for number in range(3)]
    await asyncio.sleep(0.001)
    opened.set()
    print(sorted(await asyncio.gather(*tasks)), order)
    urgent = asyncio.PriorityQueue()
    for item in (5, 1, 3):
        urgent.put_nowait(item)
    print([await urgent.get() for _ in range(3)])


async def from_elsewhere():
    loop = asyncio.get_running_loop()
    print(await asyncio.gather(*(asyncio.to_thread(pow, number, 2) for number in range(5))))
    answer = loop.create_future()
    threading.Thread(target=lambda: loop.call_soon_threadsafe(answer.set_result, 'from a thread')).start()
    print(await answer)
    told = loop.create_future()
    loop.add_signal_handler(signal.SIGUSR1, told.set_result, 'from a signal')
    os.kill(os.getpid(), signal.SIGUSR1)
    print(await asyncio.wait_for(told, 1))
    loop.remove_signal_handler(signal.SIGUSR1)


async def streams():
    ends = [await asyncio.open_connection(sock=end) for end in socket.socketpair()]
    (reader, writer), (other_reader, other_writer) = ends
    writer.write(b'a line\nanother\n')
    await writer.drain()
    print(await other_reader.readline(), await other_reader.readuntil(b'\n'))
    other_writer.write(b'x' * 200_000)
    other_writer.write_eof()
    print(len(await reader.read()), reader.at_eof())
    for one in (writer, other_writer):
        one.close()
        await one.wait_closed()
    receiving, sending = os.pipe()
    lines = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), os.fdopen(receiving, 'rb'))
    os.write(sending, b'through a pipe')
    os.close(sending)
    print(await lines.read())
    transport.close()


async def contexts():
    name = contextvars.ContextVar('name', default='nobody')

    async def greet(who):
        name.set(who)
        await asyncio.sleep(0)
        return f'hello {name.get()}'
    print(await asyncio.gather(greet('a'), greet('b')), name.get())

    async def count():
        try:
            for number in range(3):
                yield number
                await asyncio.sleep(0)
        finally:
            print('closed')
    print([number async for number in count()])
    asyncio.current_task().cancel('enough')
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError as error:
        print('cancelled:', error, asyncio.current_task().uncancel())


async def main():
    for part in (limits, groups, locks, from_elsewhere, streams, contexts):
        await part()

asyncio.run(main())
with asyncio.Runner(debug=True) as runner:
    print(runner.run(asyncio.sleep(0, 'in debug mode')))
