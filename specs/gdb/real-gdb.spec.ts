import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { DebugTarget, serveGdb } from '../../harness/gdb/index.ts';
import { debuggedProgram, debugProgram } from '../debug/program.ts';

const hasGdb = (await execa('gdb', ['--version'], { reject: false })).exitCode === 0;

/** What Debian's own gdb prints when it runs these commands against the guest. */
async function gdb(...commands: string[]): Promise<string> {
  const server = await serveGdb(new DebugTarget(await debugProgram()));
  onTestFinished(() => server.close());
  const { all } = await execa(
    'gdb',
    [
      '-nx',
      '-batch',
      await debuggedProgram(),
      ...[`target remote 127.0.0.1:${server.port}`, ...commands].flatMap((one) => ['-ex', one]),
    ],
    { all: true, reject: false, timeout: 100_000 },
  );
  return all;
}

test.skipIf(!hasGdb)('gdb breaks at a function, sees its caller, and finishes it', async () => {
  const said = await gdb('break count', 'continue', 'backtrace', 'finish', 'info threads');
  expect(said).toMatch(/Breakpoint 1, .*count/);
  expect(said).toMatch(/#1 .*main/);
  expect(said).toMatch(/^0x[0-9a-f]+ in main/m);
  expect(said).toContain('Thread 1 (running)');
});

test.skipIf(!hasGdb)('gdb watches a variable and goes back to where it was written', async () => {
  const said = await gdb(
    'break count',
    'continue',
    'delete',
    'watch *(int *) &counter',
    'continue',
    'continue',
    'print *(int *) &counter',
    'reverse-continue',
    'print *(int *) &counter',
  );
  expect(said).toContain('Hardware watchpoint');
  expect(said).toContain('$1 = 2');
  expect(said).toContain('$2 = 1');
});

test.skipIf(!hasGdb)('gdb steps forwards and backwards over the same instructions', async () => {
  const said = await gdb('stepi', 'stepi', 'reverse-stepi', 'reverse-stepi', 'reverse-stepi');
  expect(said).toContain('No more reverse-execution history');
});

test.skipIf(!hasGdb)('gdb stops at kernel calls and sees the guest end with its status', async () => {
  const said = await gdb('monitor catch gettime', 'continue', 'monitor delete', 'continue');
  expect(said).toContain('gettime(');
  expect(said).toContain('exited with code 07');
});
