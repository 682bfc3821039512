import { expect, it } from 'vitest';
import { numbers } from '../debug/numbers.ts';
import { debuggedProgram, debugProgram } from '../debug/program.ts';
import { gdb as run, hasGdb } from './gdb.ts';

/** What gdb prints when it runs these commands against the small program. */
const gdb = async (...commands: string[]): Promise<string> =>
  await run(await debugProgram(), await debuggedProgram(), ...commands);

it.skipIf(!hasGdb)('gdb breaks at a function, sees its caller, and finishes it', async () => {
  const said = await gdb('break count', 'continue', 'backtrace', 'finish', 'info threads');
  expect(said).toMatch(/Breakpoint 1, .*count/);
  expect(said).toMatch(/#1 .*main/);
  expect(said).toMatch(/^0x[0-9a-f]+ in main/m);
  expect(said).toContain('Thread 1 (running)');
});

it.skipIf(!hasGdb)('gdb watches a variable and goes back to where it was written', async () => {
  const said = await gdb(
    'break count',
    'continue',
    'delete',
    'watch *(int *) &counted',
    'continue',
    'continue',
    'print *(int *) &counted',
    'reverse-continue',
    'print *(int *) &counted',
  );
  expect(said).toContain('Hardware watchpoint');
  expect(said).toContain('$1 = 2');
  expect(said).toContain('$2 = 1');
});

it.skipIf(!hasGdb)('gdb watches writes and reads of one variable, and removes one of both', async () => {
  const said = await gdb(
    'tbreak count',
    'continue',
    'rwatch *(int *) &counted',
    'watch *(int *) &counted',
    'continue',
    'delete 3',
    'continue',
  );
  expect(said).toMatch(/Hardware watchpoint 3: .*\n\nOld value = 0\nNew value = 1/);
  expect(said).toMatch(/Hardware read watchpoint 2: .*\n\nValue = 10/);
});

it.skipIf(!hasGdb)('gdb steps forwards and backwards over the same instructions', async () => {
  const said = await gdb('stepi', 'stepi', 'reverse-stepi', 'reverse-stepi', 'reverse-stepi');
  expect(said).toContain('No more reverse-execution history');
});

it.skipIf(!hasGdb)('gdb stops at kernel calls and sees the guest end with its status', async () => {
  const said = await gdb('monitor catch gettime', 'continue', 'monitor delete', 'continue');
  expect(said).toContain('gettime(');
  expect(said).toContain('exited with code 07');
});

it.skipIf(!hasGdb)('gdb reads x87 and SSE registers, and what is not mapped is an error to it', async () => {
  const said = await gdb('print $mxcsr', 'print $st0', 'x/x 0xfffff000');
  expect(said).toContain('[ IM DM ZM OM UM PM ]');
  expect(said).toContain('Cannot access memory at address 0xfffff000');
});

it.skipIf(!hasGdb)('gdb is told how to learn that a monitor command has moved the guest', async () => {
  const said = await gdb(
    'monitor goto 100',
    'maintenance flush register-cache',
    'monitor where',
    'monitor nonsense',
  );
  expect(said).toContain('maintenance flush register-cache');
  expect(said).toContain('[100] instruction count reached');
  expect(said).toContain('error: nonsense is no command');
});

it.skipIf(!hasGdb)('gdb goes back from the end, when asked to stop there', async () => {
  const said = await gdb(
    'monitor stop-at-end on',
    'continue',
    'break count',
    'reverse-continue',
    'backtrace 1',
  );
  expect(said).toContain('No more reverse-execution history');
  expect(said).toMatch(/#0 .* in count|#0 +count/);
});

it.skipIf(!hasGdb)('a run that gdb stops 1,000 times ends exactly as the run without', async () => {
  const straight = await debugProgram();
  straight.continue();
  const places = numbers(straight.position);
  const at = new Set(Array.from({ length: 1000 }, () => places.next().value));
  const stopped = await debugProgram();
  const said = await run(
    stopped,
    await debuggedProgram(),
    'monitor stop-at-end on',
    ...[...at].map((count) => `monitor until ${count}`),
    ...Array.from({ length: at.size + 1 }, () => 'continue'),
    'monitor where',
  );
  expect(said).toContain(`[${straight.position}] the guest has ended with status 7`);
  expect(stopped.stops.all.map(({ hits }) => hits)).toEqual(Array.from({ length: at.size }, () => 1));
  expect(stopped.guest.output).toBe(straight.guest.output);
  expect(stopped.callsSoFar).toEqual(straight.callsSoFar);
  const ram = (session: typeof stopped): Buffer =>
    Buffer.from(session.machine.memory.read(0, session.machine.memory.size));
  expect(ram(stopped).equals(ram(straight))).toBe(true);
});
