/** CPython 3.13 from the same recipe: it says hello, makes its snapshot call in `main`, and has its own library. */
import { expect, it } from 'vitest';
import { nanvix } from '../support/command.ts';
import { bootHelloGuest, runGuest } from '../support/guests.ts';

const GREETING = 'CPYTHON_TEST_HELLO: Hello from Python (3, 13)\n';
const LATER = { program: 'python3.13' } as const;

it('says hello from a cold boot, and again from the snapshot in its main', async () => {
  const guest = await bootHelloGuest(LATER);
  expect(guest.runToSnapshot()).toMatchObject({
    kind: 'kernel-call',
    call: { name: 'snapshot', number: 35 },
  });
  expect(guest.output).toBe('');
  const snapshot = guest.capture();
  const cold = guest.result(await guest.runToEnd());
  expect(cold).toMatchObject({ output: GREETING, errorOutput: '', exitStatus: 0 });
  guest.restore(snapshot);
  const restored = guest.result(await guest.runToEnd());
  expect(restored).toMatchObject({ output: GREETING, exitStatus: 0 });
  expect(restored.instructions).toBeLessThan(cold.instructions / 2);
});

it('is the same to the instruction each time', async () => {
  const counts = [];
  for (const guest of [await bootHelloGuest(LATER), await bootHelloGuest(LATER)])
    counts.push(guest.result(await guest.runToEnd()).instructions);
  expect(counts[1]).toBe(counts[0]);
});

it('imports its own library', async () => {
  const result = await runGuest({
    program: 'python3.13',
    stdlib: true,
    args: ['-'],
    stdin: 'import json, sys, hashlib\nprint(json.dumps(sys.version_info[:3]), hashlib.sha256().name)\n',
    env: { PYTHONHOME: '/' },
  });
  expect(result).toMatchObject({ output: '[3, 13, 5] sha256\n', errorOutput: '', exitStatus: 0 });
});

it('the command runs it with --python', async () => {
  const { stdout, status } = await nanvix([
    'run',
    '--python',
    '3.13',
    'python',
    '-B -S /test_hello.py;PYTHONHOME=/',
  ]);
  expect({ stdout, status }).toEqual({ stdout: GREETING, status: 0 });
});
