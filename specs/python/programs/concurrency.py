"""Producers and consumers on asyncio: queues, groups, timeouts, cancellation, threads, streams over a pair of sockets."""
import asyncio
import contextlib
import socket


async def produce(queue, name, count):
    for number in range(count):
        await asyncio.sleep(0.001 * (number % 3))
        await queue.put((name, number))
    await queue.put(None)


async def consume(queue, producers):
    seen = []
    while producers:
        item = await queue.get()
        if item is None:
            producers -= 1
        else:
            seen.append(item)
    return sorted(seen)


async def echo(sock):
    reader, writer = await asyncio.open_connection(sock=sock)
    while line := await reader.readline():
        writer.write(line.upper())
        await writer.drain()
    writer.close()


async def main():
    queue = asyncio.Queue(maxsize=2)
    async with asyncio.TaskGroup() as group:
        seen = group.create_task(consume(queue, 3))
        for name in 'abc':
            group.create_task(produce(queue, name, 4))
    print(len(seen.result()), seen.result()[:3])

    try:
        async with asyncio.timeout(0.01):
            await asyncio.Event().wait()
    except TimeoutError:
        print('timed out')

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.sleep(60))
            group.create_task(asyncio.to_thread(int, 'x'))
    except* ValueError as errors:
        print(errors.exceptions)

    here, there = socket.socketpair()
    server = asyncio.create_task(echo(there))
    reader, writer = await asyncio.open_connection(sock=here)
    for word in (b'one\n', b'two\n'):
        writer.write(word)
        print(await reader.readline())
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
    await server

    results = await asyncio.gather(*(asyncio.sleep(0.003 - i / 1000, i) for i in range(3)))
    print(results)


asyncio.run(main())
