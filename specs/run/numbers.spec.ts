/** Counts, sizes and times that are none are refused before anything happens, in one line that says what to give. */
import { beforeAll, describe, expect, it } from 'vitest';
import { createMachine } from '../../emulator/index.ts';
import {
  boot,
  callStack,
  debug,
  DebugTarget,
  guestSymbols,
  InputError,
  restoreSnapshot,
  serveGdb,
  Tracer,
} from '../../harness/index.ts';
import type { BootOptions, DebugOptions, Deadlines } from '../../harness/index.ts';
import { sample } from '../../harness/look/profile/index.ts';
import { bootGuest } from '../support/guests.ts';
import { compileC } from '../support/programs.ts';

const NOT_COUNTS = [NaN, -1, 1.5, -Infinity, 2 ** 53, '5' as unknown as number];
const NOT_TIMES = [NaN, -1, -Infinity, '5' as unknown as number];

let program: string;
beforeAll(async () => {
  program = await compileC('numbers', 'int main(void) { return 0; }');
});

describe('a guest', () => {
  it.each(NOT_COUNTS)('does not run to instruction %s', async (count) => {
    const guest = await bootGuest({ program });
    expect(() => guest.runToInstruction(count)).toThrow(InputError);
    expect(guest.machine.instructions).toBe(0);
  });

  it('does not run to instruction Infinity, but has no deadline of Infinity', async () => {
    const guest = await bootGuest({ program });
    expect(() => guest.runToInstruction(Infinity)).toThrow('give a whole number of at least 0');
    const none = { wallMs: Infinity, virtualMs: Infinity, instructions: Infinity };
    expect((await guest.runToEnd(none)).kind).toBe('exit');
  });

  const deadlines: Deadlines[] = [
    ...NOT_TIMES.flatMap((time) => [{ wallMs: time }, { virtualMs: time }]),
    ...NOT_COUNTS.map((count) => ({ instructions: count })),
  ];
  it.each(deadlines)('is not run with a deadline of %o', async (given) => {
    const guest = await bootGuest({ program });
    expect(() => guest.run(given)).toThrow(InputError);
    expect(() => guest.runToSnapshot(given)).toThrow(InputError);
    await expect(guest.runToEnd(given)).rejects.toThrow(InputError);
    expect(guest.machine.instructions).toBe(0);
    await expect(boot({ program, deadlines: given })).rejects.toThrow(InputError);
  });

  it('may have a deadline in fractions of a millisecond, and one of nothing', async () => {
    const guest = await bootGuest({ program });
    expect(guest.run({ virtualMs: 0.0015 })).toMatchObject({
      kind: 'deadline',
      deadline: 'virtual',
      limit: 0.0015,
    });
    expect(guest.machine.instructions).toBe(1500);
    expect(guest.run({ instructions: 0 })).toMatchObject({ kind: 'deadline', limit: 0 });
  });

  it.each<Partial<BootOptions>>([
    ...[...NOT_COUNTS, 0, Infinity].map((memoryMiB) => ({ memoryMiB })),
    ...[...NOT_COUNTS, Infinity].map((seed) => ({ seed })),
    ...[...NOT_COUNTS, 0, Infinity].map((instructionsPerMicrosecond) => ({ instructionsPerMicrosecond })),
    ...[NaN, -1, 1.5].map((compile) => ({ compile })),
    { bootTime: new Date(NaN) },
  ])('is not booted with %o', async (options) => {
    await expect(boot({ program, ...options })).rejects.toThrow(InputError);
  });

  it('is not restored with a deadline that is none', async () => {
    const snapshot = (await bootGuest({ program })).capture();
    await expect(restoreSnapshot(snapshot, { deadlines: { wallMs: NaN } })).rejects.toThrow(InputError);
  });
});

describe('what looks at a guest', () => {
  it.each([...NOT_COUNTS, 0, Infinity])('has no interval of %s between samples', async (interval) => {
    const guest = await bootGuest({ program });
    await expect(sample(guest, guestSymbols(guest), interval)).rejects.toThrow(InputError);
  });

  it.each(NOT_COUNTS)('shows no %s frames and no texts of %s bytes', async (count) => {
    const guest = await bootGuest({ program });
    const { registers, linear } = guest.machine;
    const start = { eip: registers.get('eip'), esp: 0, ebp: 0 };
    expect(() => callStack(start as never, linear, guestSymbols(guest), count)).toThrow(InputError);
    expect(() => new Tracer(guest, { stringLimit: count })).toThrow(InputError);
  });
});

describe('a debugger', () => {
  it.each([...NOT_COUNTS, 0, Infinity])('makes no %s steps', async (count) => {
    const session = await debug({ program });
    expect(() => session.step(count)).toThrow(InputError);
    expect(() => session.stepBack(count)).toThrow(InputError);
    session.dispose();
  });

  it.each(NOT_COUNTS)('neither goes to instruction %s nor stops there', async (count) => {
    const session = await debug({ program });
    expect(() => session.goTo(count)).toThrow(InputError);
    expect(() => session.continue(count)).toThrow(InputError);
    expect(() => session.disassemble(undefined, count)).toThrow(InputError);
    session.dispose();
  });

  it.each([...NOT_COUNTS, 65_536, Infinity])('is not served at port %s', async (port) => {
    const session = await debug({ program });
    await expect(serveGdb(new DebugTarget(session), port)).rejects.toThrow(InputError);
    session.dispose();
  });

  it.each<Partial<DebugOptions>>([
    ...[...NOT_COUNTS, 0].map((spacing) => ({ spacing })),
    ...[...NOT_COUNTS, 1].map((capacity) => ({ capacity })),
  ])('keeps no checkpoints with %o', async (options) => {
    await expect(debug({ program, ...options })).rejects.toThrow(InputError);
  });
});

describe('a machine', () => {
  const options = { memoryMiB: 1, wallClock: () => 0 };

  it.each([
    ...[...NOT_COUNTS, 0, Infinity].map((memoryMiB) => ({ memoryMiB })),
    ...[...NOT_COUNTS, 0].map((instructionsPerMicrosecond) => ({ instructionsPerMicrosecond })),
    ...[NaN, 1.5, 2 ** 32].map((randomSeed) => ({ randomSeed })),
    ...NOT_COUNTS.map((bootTimeSeconds) => ({ bootTimeSeconds })),
    ...[NaN, -1].map((compile) => ({ compile })),
  ])('is not made with %o: the promise is rejected, nothing is thrown', async (wrong) => {
    const made = createMachine({ ...options, ...wrong });
    await expect(made).rejects.toThrow(RangeError);
  });

  it('is not run to limits that are none', async () => {
    const machine = await createMachine(options);
    for (const count of NOT_COUNTS) {
      expect(() => machine.run({ instructions: count })).toThrow(RangeError);
      expect(() => machine.step(count)).toThrow(RangeError);
    }
    expect(() => machine.step(0)).toThrow(RangeError);
    for (const time of NOT_TIMES) {
      expect(() => machine.run({ virtualNanoseconds: time })).toThrow(RangeError);
      expect(() => machine.run({ wallMilliseconds: time })).toThrow(RangeError);
    }
    for (const address of [NaN, 1.5, 2 ** 32]) {
      expect(() => machine.setBreakpoint(address)).toThrow(RangeError);
      expect(() => machine.onExecute(address, () => undefined)).toThrow(RangeError);
      expect(() => machine.setWatchpoint(address, 4, 'write')).toThrow(RangeError);
    }
    expect(() => machine.memory.read(NaN, 4)).toThrow(RangeError);
    expect(() => machine.memory.read32(NaN)).toThrow(RangeError);
    expect(machine.instructions).toBe(0);
    machine.dispose();
  });
});
