/** The way a guest has come: the instructions executed last, exact to the interrupt, while the guest stands where it stood. */
import { describe, expect, it } from 'vitest';
import { InputError } from '../../harness/index.ts';
import { CommandInterpreter } from '../../harness/debug/index.ts';
import type { DebugSession } from '../../harness/debug/index.ts';
import { programM, withDaemons } from '../support/daemons.ts';
import { compileC } from '../support/programs.ts';
import { debugProgram } from './program.ts';

/** The interrupt handler's first instruction pushes; above that is the address that was interrupted. */
const WORD = 4;

/** What single steps see of the instructions up to the present place; the session is there again afterwards. */
function stepped(session: DebugSession, count: number): unknown[] {
  const { registers } = session.machine;
  session.stepBack(count);
  return Array.from({ length: count }, () => {
    const seen = {
      instructions: session.position,
      address: registers.get('eip'),
      ring: registers.privilege,
    };
    session.step();
    return seen;
  });
}

async function said(session: DebugSession, line: string): Promise<string> {
  let text = '';
  await new CommandInterpreter(session).execute(line, (part) => (text += part));
  return text;
}

describe('the path', () => {
  it('is what single steps would have seen, in the kernel and in the program', async () => {
    const session = await debugProgram();
    session.nextCall('gettime');
    session.finishCall();
    const path = session.path(2000);
    expect(path).toEqual(stepped(session, 2000));
    expect(new Set(path.map(({ ring }) => ring))).toEqual(new Set([0, 3]));
  });

  it('has the handler of an interrupt, where a single step stands at what was interrupted', async () => {
    const busy = 'int main(void) { for (volatile int i = 0; i < 300000; i++); return 0; }';
    const session = await debugProgram({ program: await compileC('busy', busy) });
    session.continue();
    const { registers, linear } = session.machine;
    const entries = session
      .path(1_000_000)
      .filter(({ ring }, i, all) => ring === 0 && all[i - 1]?.ring === 3);
    let interrupts = 0;
    for (const { instructions, address } of entries) {
      session.goTo(instructions);
      const interrupted = registers.get('eip');
      // behind an INT the guest stands in the kernel already
      if (registers.privilege === 0) continue;
      expect(address).not.toBe(interrupted);
      session.step();
      expect(linear.read32(registers.get('esp') + WORD)).toBe(interrupted);
      interrupts += 1;
    }
    expect(interrupts).toBeGreaterThan(0);
  });

  it('leaves the guest where and as it was, and prints nothing again', async () => {
    const printed: string[] = [];
    const session = await debugProgram({
      onOutput: (_, bytes) => printed.push(Buffer.from(bytes).toString()),
    });
    session.fail('mmap', 'ENOMEM', { after: 1 });
    const exit = session.continue();
    const back = session.stepBack(1000);
    const state = (): unknown => ({
      ...{ position: session.position, last: session.last, calls: session.callsSoFar },
      ...{ esp: session.machine.registers.get('esp'), printed: printed.join('') },
    });
    const before = state();
    expect(session.path(50_000)).toHaveLength(50_000);
    expect(session.last).toEqual(back);
    expect(state()).toEqual(before);
    expect(session.continue()).toEqual(exit);
    expect(printed.join('')).toContain('big no');
  });

  it('goes through what was changed on the way', async () => {
    const session = await debugProgram();
    session.stops.add({ kind: 'breakpoint', at: 'count' });
    session.continue();
    session.stops.removeAll();
    const target = session.resolve('main');
    session.setRegister('eip', target);
    session.step(10);
    const path = session.path(12);
    expect(path.map(({ instructions }) => instructions)).toEqual(
      Array.from({ length: 12 }, (_, i) => session.position - 12 + i),
    );
    expect(path[2]?.address).toBe(target);
  });

  it('starts where history starts', async () => {
    const session = await debugProgram();
    expect(session.path()).toEqual([]);
    session.step(7);
    expect(session.path().map(({ instructions }) => instructions)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('ends with the instruction by which the guest ended, and the guest has ended still', async () => {
    const session = await debugProgram();
    const exit = session.continue();
    const path = session.path(3);
    expect(path.at(-1)?.instructions).toBe(exit.instructions - 1);
    expect(session.continue()).toEqual(exit);
  });

  it('of a guest that crashed leads to the crash, and the guest has crashed still', async () => {
    const session = await debugProgram();
    session.step(100);
    session.setRegister('eip', 0xc000_0000);
    const crash = session.continue();
    expect(crash.kind).toBe('crash');
    const { length } = session.path(50);
    expect(length).toBe(50);
    expect(session.continue()).toMatchObject({ kind: 'crash', instructions: crash.instructions });
  });

  it.each([0, -1, 1.5, NaN, Infinity, 1_000_001])('of %s instructions is refused', async (count) => {
    const session = await debugProgram();
    expect(() => session.path(count)).toThrow(InputError);
  });
});

describe('the command', () => {
  it('shows each instruction with its count, ring, symbol and text', async () => {
    const session = await debugProgram();
    session.stops.add({ kind: 'breakpoint', at: 'count' });
    session.continue();
    const lines = (await said(session, 'path 2')).trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/^\[\d+\] ring 3 {2}0x[0-9a-f]+ <main\+0x[0-9a-f]+>: call 0x[0-9a-f]+$/);
    expect((await said(session, 'path')).trimEnd().split('\n')).toHaveLength(20);
    expect(await said(session, 'path 0')).toContain('give a whole number above 0');
  });

  it('names nothing of a program that may be another than the one that runs', async () => {
    const program = await withDaemons(await programM('quiet', 'int main(void) { return 0; }'), 'app');
    const session = await debugProgram({ program });
    session.stops.add({ kind: 'breakpoint', at: 'app:main' });
    session.continue();
    const lines = (await said(session, 'path 20000')).trimEnd().split('\n');
    const lastOfKernel = lines.findLastIndex((line) => line.includes('ring 0'));
    const ofPrograms = lines.map((line, i) => ({ line, i })).filter(({ line }) => line.includes('ring 3'));
    const before = ofPrograms.filter(({ i }) => i < lastOfKernel);
    expect(before.length).toBeGreaterThan(0);
    for (const { line } of before) expect(line).toMatch(/0x[0-9a-f]+$/);
    for (const { line } of ofPrograms.filter(({ i }) => i > lastOfKernel)) expect(line).toMatch(/: \w+/);
  });
});
