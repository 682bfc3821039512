/**
 * Other releases of CPython than 3.11.2 from the same recipe: each says hello, makes its snapshot call in `main`, and has its own
 * library. 3.13 is pinned; source archives that NANVIX_V86_CPYTHON_ARCHIVES names, separated by colons, are tried as well.
 */
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

  it('the command runs it with --python', async () => {
    const line = '-B -S /test_hello.py;PYTHONHOME=/';
    const { stdout, status } = await nanvix(['run', '--python', name, 'python', line]);
    expect({ stdout, status }).toEqual({ stdout: greeting, status: 0 });
  });
});
