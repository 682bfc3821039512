/** CPython on the POSIX layer: what scripts do with files, time, threads, signals and standard streams. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Era } from '../../images/abi/index.ts';
import { exitStatuses } from '../../images/abi/index.ts';
import { createRamfs, ensureStdlib, readRamfs } from '../../images/index.ts';
import { runGuest } from '../support/guests.ts';

const scripts = {
  'files.py': `
import errno, os, shutil, tempfile
os.mkdir('/w'); os.chdir('/w')
with open('a.txt', 'w', encoding='utf-8') as f: f.write('h\\u00e9llo\\n' * 1000)
assert os.path.getsize('a.txt') == 7000
os.rename('a.txt', 'B b.txt')
os.makedirs('x/y/z'); shutil.copy('B b.txt', 'x/y/z/c.txt'); shutil.copytree('x', 'x2')
assert [d for d, _, _ in os.walk('x2')] == ['x2', 'x2/y', 'x2/y/z']
shutil.move('x2', 'x3'); shutil.rmtree('x3')
try: os.rmdir('x')
except OSError as e: assert e.errno == errno.ENOTEMPTY
os.utime('B b.txt', (1e9, 1e9)); assert os.stat('B b.txt').st_mtime == 1e9
with open('B b.txt', 'r+b') as f: f.seek(3); f.write(b'ZZ'); f.truncate(10)
with tempfile.TemporaryDirectory(dir='/w') as d: open(d + '/q', 'w').close(); assert os.listdir(d) == ['q']
print(os.getcwd(), sorted(os.listdir('.')), open('B b.txt', 'rb').read())
`,
  'threads.py': `
import queue, threading, time
from concurrent.futures import ThreadPoolExecutor
seen, lock = [], threading.Lock()
def work(n):
    for i in range(100):
        with lock: seen.append(n)
        if i % 10 == 0: time.sleep(0.0005)
threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
for t in threads: t.start()
for t in threads: t.join()
event = threading.Event(); threading.Timer(0.01, event.set).start()
items = queue.Queue(); threading.Thread(target=lambda: [items.put(i) for i in range(5)]).start()
with ThreadPoolExecutor(4) as pool: squares = sum(pool.map(lambda x: x * x, range(50)))
print(len(seen), event.wait(5), [items.get(timeout=5) for _ in range(5)], squares)
`,
  'time.py': `
import time
start = time.monotonic(); time.sleep(0.05); took = time.monotonic() - start
print(0.05 <= took < 0.5, time.gmtime().tm_year)
`,
  'links.py': `
import errno, mmap, os, pathlib, select, stat
p = pathlib.Path('/links'); p.mkdir(); os.chdir(p)
(p / 'a:b').write_text('text'); os.symlink('a:b', 'link'); os.link('a:b', 'B'); (p / 'b').write_text('another')
os.chmod('a:b', 0o4751); os.chown('a:b', 1000, 1001); os.utime('B', ns=(1, 10**18 + 7))
s = os.stat('link'); print(oct(s.st_mode), s.st_uid, s.st_gid, s.st_nlink, s.st_mtime_ns, os.readlink('link'), p.joinpath('link').resolve())
with open('B', 'r+b') as f, mmap.mmap(f.fileno(), 0) as m: m[:2] = b'TE'; m.flush(); print(os.path.samefile('B', 'a:b'), open('link').read())
fd = os.memfd_create('memory'); os.write(fd, b'kept'); print(os.pread(fd, 9, 0), os.path.exists(f'/proc/self/fd/{fd}'))
r, w = os.pipe(); ep = select.epoll(); ep.register(r, select.EPOLLIN); print(ep.poll(0)); os.write(w, b'x'); print(ep.poll(1) == [(r, select.EPOLLIN)])
for what in (os.fork, lambda: os.execv('/x', ['x'])):
    try: what()
    except OSError as e: print(e)
print(sorted(os.listdir('.')))
`,
  'signals.py': `
import os, signal
seen = []
signal.signal(signal.SIGUSR1, lambda number, frame: seen.append(number))
signal.raise_signal(signal.SIGUSR1); os.kill(os.getpid(), signal.SIGUSR1)
print([int(n) for n in seen])
try: os.kill(os.getpid(), signal.SIGINT)
except KeyboardInterrupt: print('interrupted')
`,
  'timers.py': `
import select, os, signal, time
seen = []
signal.signal(signal.SIGALRM, lambda number, frame: seen.append(round(time.monotonic() - start, 2)))
start = time.monotonic()
signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
while len(seen) < 3: signal.pause()
signal.setitimer(signal.ITIMER_REAL, 0)
signal.alarm(1); r, w = os.pipe()
def late(number, frame): raise TimeoutError
signal.signal(signal.SIGALRM, late)
try: select.select([r], [], [])
except TimeoutError: print(seen, 'timed out')
`,
  'faults.py': `
import faulthandler, signal, sys
faulthandler.enable()
signal.signal(signal.SIGFPE, lambda number, frame: None)
def inner(): faulthandler._sigsegv()
inner()
`,
  'pipes.py': `
import os, select, socket, threading
r, w = os.pipe()
threading.Timer(0.05, lambda: os.write(w, b'now')).start()
assert select.select([r], [], [], 0)[0] == []
assert select.select([r], [], [], 5)[0] == [r]
assert os.read(r, 10) == b'now'
with open('/dev/null', 'w') as null: null.write('gone')
a, b = socket.socketpair()
with a, b: a.sendall(b'there'); print(b.recv(100), a.family.name)
print(len(open('/dev/urandom', 'rb').read(10)))
`,
  'asynchronous.py': `
import asyncio
async def main():
    queue = asyncio.Queue()
    async def produce():
        for number in range(3):
            await asyncio.sleep(0.01)
            await queue.put(number)
    task = asyncio.create_task(produce())
    got = [await asyncio.wait_for(queue.get(), 1) for _ in range(3)]
    await task
    return got + [await asyncio.to_thread(sum, [1, 2, 3])]
print(asyncio.run(main()))
`,
  'streams.py': `
import sys
print(input(), [line for line in sys.stdin])
sys.stderr.write('to stderr\\n')
sys.stdout.write('x' * 300000); sys.exit(3)
`,
};

let ramfs: Uint8Array;
beforeAll(async () => {
  const library = readRamfs(createRamfs(await ensureStdlib()));
  const own = Object.entries(scripts).map(
    ([name, text]) => [`/${name}`, new TextEncoder().encode(text)] as const,
  );
  ramfs = createRamfs(new Map([...library, ...own]), { freeBytes: 1 << 20 });
});

async function python(
  script: keyof typeof scripts,
  options: { readonly stdin?: string; readonly era?: Era } = {},
) {
  return await runGuest({
    program: 'python',
    ramfs,
    args: ['-B', '-S', `/${script}`],
    env: { PYTHONHOME: '/', PYTHONHASHSEED: '0' },
    ...options,
  });
}

describe('a Python script', () => {
  it('makes, renames, copies, walks and removes files', async () => {
    const { output, errorOutput } = await python('files.py');
    expect(errorOutput).toBe('');
    expect(output).toBe("/w ['B b.txt', 'x'] b'h\\xc3\\xa9ZZo\\nh\\xc3\\xa9'\n");
  });

  it('has links, owners, nanoseconds, shared mappings, memory files and epoll, and is told what there is not', async () => {
    const { output, errorOutput } = await python('links.py');
    expect(errorOutput).toBe('');
    expect(output.split('\n')).toEqual([
      '0o100751 1000 1001 2 1000000000000000007 a:b /links/a:b',
      'True TExt',
      "b'kept' True",
      '[]',
      'True',
      '[Errno 38] Function not implemented',
      '[Errno 38] Function not implemented',
      "['B', 'a:b', 'b', 'link']",
      '',
    ]);
  });

  it('runs threads', async () => {
    const { output, errorOutput } = await python('threads.py');
    expect(errorOutput).toBe('');
    expect(output).toBe('800 True [0, 1, 2, 3, 4] 40425\n');
  });

  it('sleeps, in guest time', async () => {
    expect((await python('time.py')).output).toBe('True 2026\n');
  });

  it('waits for pipes and sockets between its threads, and finds devices', async () => {
    const { output, errorOutput } = await python('pipes.py');
    expect(errorOutput).toBe('');
    expect(output).toBe("b'there' AF_UNIX\n10\n");
  });

  it('runs an event loop', async () => {
    const { output, errorOutput } = await python('asynchronous.py');
    expect(errorOutput).toBe('');
    expect(output).toBe('[0, 1, 2, 6]\n');
  });

  it('catches its own signals', async () => {
    expect((await python('signals.py')).output).toBe('[10, 10]\ninterrupted\n');
  });

  it.each(['S', 'M'] as const)('has timers that interrupt its waits, in Era %s', async (era) => {
    const { output, errorOutput } = await python('timers.py', { era });
    expect(errorOutput).toBe('');
    expect(output).toBe('[0.05, 0.1, 0.15] timed out\n');
  });

  it('is told by faulthandler where it crashed, in Era M', async () => {
    const { errorOutput, outcome } = await python('faults.py', { era: 'M' });
    expect(errorOutput).toContain('Fatal Python error: Segmentation fault');
    expect(errorOutput).toContain('File "/faults.py", line 5 in inner');
    expect(outcome).toEqual({ kind: 'exit', status: exitStatuses.signalled });
  });

  it('reads input, writes much output and chooses its status', async () => {
    const { output, errorOutput, outcome } = await python('streams.py', { stdin: 'first\nsecond\nthird' });
    expect(output).toBe(`first ['second\\n', 'third']\n${'x'.repeat(300_000)}`);
    expect(errorOutput).toBe('to stderr\n');
    expect(outcome).toEqual({ kind: 'exit', status: 3 });
  });
});
