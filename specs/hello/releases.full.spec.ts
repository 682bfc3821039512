/**
 * Other releases of CPython than 3.11.2 from the same recipe: each says hello, makes its snapshot call in `main`, and has its own
 * library. 3.13 is pinned; source archives that NANVIX_V86_CPYTHON_ARCHIVES names, separated by colons, are tried as well.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { keepCPythonArchive } from '../../images/index.ts';
import { nanvix } from '../support/command.ts';
import { bootHelloGuest, runGuest } from '../support/guests.ts';

const files = (process.env['NANVIX_V86_CPYTHON_ARCHIVES'] ?? '').split(':').filter(Boolean);
const given = await Promise.all(files.map(keepCPythonArchive));
/** What people call it, and what it says of itself. */
const releases = [
  { name: '3.13', version: '3.13.5' },
  ...given.map(({ version }) => ({ name: version, version })),
];

/** What `hello --json` says of a run. */
interface RunRecord {
  readonly output: string;
  readonly instructions: number;
}

const ROUND_TRIP = `
import hashlib, io, json, sys, zipfile, zlib
text = b'nanvix ' * 1000
packed = zlib.compress(text)
assert zlib.decompress(packed) == text and len(packed) < 100
file = io.BytesIO()
with zipfile.ZipFile(file, 'w', zipfile.ZIP_DEFLATED) as archive:
    archive.writestr('a.txt', text)
with zipfile.ZipFile(file) as archive:
    assert archive.testzip() is None and archive.read('a.txt') == text
    size = archive.getinfo('a.txt').compress_size
print(json.dumps([sys.version.split()[0], hashlib.sha256(text).hexdigest()[:8], zlib.crc32(text), size < 100]))
`;

/** What each minor release brought, and what it prints. */
const NEWS: Readonly<Record<string, { readonly script: string; readonly said: string }>> = {
  '3.11': {
    script: `
import asyncio, tomllib
async def main():
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(asyncio.sleep(0, name)) for name in 'ab']
    return [task.result() for task in tasks]
print(asyncio.run(main()), tomllib.loads('a = [1]'))
`,
    said: "['a', 'b'] {'a': [1]}\n",
  },
  '3.12': {
    script: `
import itertools
type Pairs[T] = list[tuple[T, T]]
def first[T](many: list[T]) -> T: return many[0]
print(Pairs[int], first.__type_params__, f"{'nested "quotes"'}", list(itertools.batched('abc', 2)))
`,
    said: `Pairs[int] (T,) nested "quotes" [('a', 'b'), ('c',)]\n`,
  },
  '3.13': {
    script: `
import copy, datetime, queue
mailbox = queue.Queue()
mailbox.shutdown()
try: mailbox.put(1)
except queue.ShutDown: print(copy.replace(datetime.date(2026, 1, 1), year=2025), (lambda: locals())())
`,
    said: '2025-01-01 {}\n',
  },
  '3.14': {
    script: `
import annotationlib, concurrent.futures, concurrent.interpreters, hmac, pathlib
def later(a: Unknown): pass
print(annotationlib.get_annotations(later, format=annotationlib.Format.STRING), t'{later:>{2}}'.strings)
print(hmac.digest(b'key', b'nanvix', 'sha256').hex()[:8])
pathlib.Path('/a').write_text('text')
print(pathlib.Path('/a').copy('/b').read_text())
interpreter = concurrent.interpreters.create()
print(interpreter.call(pow, 2, 10))
interpreter.close()
with concurrent.futures.InterpreterPoolExecutor(2) as pool: print(list(pool.map(pow, (2, 3), (5, 6))))
`,
    said: "{'a': 'Unknown'} ('', '')\n358f56b0\ntext\n1024\n[32, 729]\n",
  },
};

describe.each(releases)('CPython $version', ({ name, version }) => {
  const [major = '', minor = ''] = version.split('.');
  const greeting = `CPYTHON_TEST_HELLO: Hello from Python (${major}, ${minor})\n`;
  const options = { program: `python${name}` };

  it('says hello from a cold boot, and again from the snapshot in its main', async () => {
    const guest = await bootHelloGuest(options);
    expect(guest.runToSnapshot()).toMatchObject({
      kind: 'kernel-call',
      call: { name: 'snapshot', number: 35 },
    });
    expect(guest.output).toBe('');
    const snapshot = guest.capture();
    const cold = guest.result(await guest.runToEnd());
    expect(cold).toMatchObject({ output: greeting, errorOutput: '', exitStatus: 0 });
    guest.restore(snapshot);
    const restored = guest.result(await guest.runToEnd());
    expect(restored).toMatchObject({ output: greeting, exitStatus: 0 });
    expect(restored.instructions).toBeLessThan(cold.instructions / 2);
  });

  it('is the same to the instruction each time', async () => {
    const counts = [];
    for (const guest of [await bootHelloGuest(options), await bootHelloGuest(options)])
      counts.push(guest.result(await guest.runToEnd()).instructions);
    expect(counts[1]).toBe(counts[0]);
  });

  it('imports its own library, packs and unpacks', async () => {
    const result = await runGuest({
      program: options.program,
      stdlib: true,
      args: ['-'],
      stdin: ROUND_TRIP,
      env: { PYTHONHOME: '/' },
    });
    expect(result).toMatchObject({
      output: `["${version}", "00982da2", 228959223, true]\n`,
      errorOutput: '',
      exitStatus: 0,
    });
  });

  it(`has what is new in ${major}.${minor}`, async () => {
    const { script = '', said } = NEWS[`${major}.${minor}`] ?? {};
    const result = await runGuest({
      program: options.program,
      stdlib: true,
      args: ['-'],
      stdin: script,
      env: { PYTHONHOME: '/' },
    });
    expect(result).toMatchObject({ output: said, errorOutput: '', exitStatus: 0 });
  });

  it('the command runs it with --python', async () => {
    const line = '-B -S /test_hello.py;PYTHONHOME=/';
    const { stdout, status } = await nanvix(['run', '--python', name, 'python', line]);
    expect({ stdout, status }).toEqual({ stdout: greeting, status: 0 });
  });

  it('hello compares its cold and restored runs with --python', async () => {
    const { stdout, status } = await nanvix(['hello', '--json', '--python', name]);
    const { cold, restored } = JSON.parse(stdout) as Readonly<Record<'cold' | 'restored', RunRecord>>;
    expect([cold.output, restored.output, status]).toEqual([greeting, greeting, 0]);
    expect(restored.instructions).toBeLessThan(cold.instructions / 2);
  });

  it('sysroot has it under its name with --python', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'nanvix-v86-release-'));
    try {
      expect((await nanvix(['sysroot', '--python', name, folder])).status).toBe(0);
      const program = path.join(folder, 'bin', `python${major}.${minor}`);
      const line = '-B -S /test_hello.py;PYTHONHOME=/';
      const { stdout } = await nanvix(['run', '--ramfs', path.join(folder, 'hello.img'), program, line]);
      expect(stdout).toBe(greeting);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
