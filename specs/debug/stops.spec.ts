import { describe, expect, it } from 'vitest';
import { inBackground, injectFault } from '../../harness/debug/index.ts';
import { boot } from '../../harness/index.ts';
import { compileC } from '../support/programs.ts';
import { debuggedProgram, debugProgram } from './program.ts';

describe('stopping', () => {
  it('at a kernel call by name, before the kernel has seen it', async () => {
    const session = await debugProgram();
    session.stops.add({ kind: 'call', calls: 'gettime' });
    expect(session.continue()).toMatchObject({ kind: 'call', call: { name: 'gettime', number: 28 } });
    expect(session.machine.registers.get('eax')).toBe(28);
  });

  it('at a call on a condition on its arguments', async () => {
    const session = await debugProgram();
    session.stops.add({ kind: 'call', calls: 'mmap', when: (call) => call.arguments[2] >= 256 });
    expect(session.continue()).toMatchObject({ kind: 'call', call: { name: 'mmap' } });
  });

  it('where a call has come back, with its result', async () => {
    const session = await debugProgram();
    session.nextCall('gettime');
    const stop = session.finishCall();
    expect(stop).toMatchObject({ kind: 'return', call: { name: 'gettime' }, result: { value: 0n } });
    expect(session.machine.registers.privilege).toBe(3);
  });

  it('at a symbol, each time', async () => {
    const session = await debugProgram();
    const point = session.stops.add({ kind: 'breakpoint', at: 'count' });
    for (let i = 0; i < 10; i++) expect(session.continue().kind).toBe('breakpoint');
    expect(session.stops.get(point.id)?.hits).toBe(10);
    expect(session.continue()).toMatchObject({ kind: 'exit', status: 7 });
  });

  it('behind a write to memory, with the bytes before and after', async () => {
    const session = await debugProgram();
    session.stops.add({ kind: 'breakpoint', at: 'count' }, { once: true });
    session.continue();
    session.stops.add({ kind: 'watchpoint', at: 'counter', access: 'write' });
    expect(session.continue()).toMatchObject({
      kind: 'watchpoint',
      previous: Uint8Array.from([0, 0, 0, 0]),
      value: Uint8Array.from([1, 0, 0, 0]),
    });
  });

  it('at every point that is met, forwards and backwards, and removing one leaves the others', async () => {
    const session = await debugProgram();
    const [entry, again] = [0, 1].map(() => session.stops.add({ kind: 'breakpoint', at: 'count' }).id);
    const [write, read, part] = (
      [
        ['write', 0],
        ['read', 0],
        ['write', 1],
      ] as const
    ).map(
      ([access, offset]) =>
        session.stops.add({ kind: 'watchpoint', at: session.resolve('counter') + offset, length: 1, access })
          .id,
    );
    const once = session.stops.add({ kind: 'watchpoint', at: 'counter', access: 'write' }, { once: true }).id;
    expect(session.continue()).toMatchObject({ kind: 'breakpoint', point: entry, points: [entry, again] });
    const written = session.continue();
    expect(written).toMatchObject({ kind: 'watchpoint', access: 'write', points: [write, once] });
    expect(session.stops.get(once)).toBeUndefined();
    session.stops.remove(entry ?? 0);
    expect(session.continue()).toMatchObject({ kind: 'breakpoint', points: [again] });
    expect(session.reverseContinue()).toMatchObject({ kind: 'watchpoint', points: [write] });
    session.stops.remove(write ?? 0);
    session.stops.remove(again ?? 0);
    // printf reads what was counted; the byte behind it never changes
    expect(session.continue()).toMatchObject({ kind: 'watchpoint', access: 'read', points: [read] });
    expect(session.stops.get(part ?? 0)?.hits).toBe(0);
  });

  it('at an instruction count that several wait for', async () => {
    const session = await debugProgram();
    const ids = [0, 1].map(() => session.stops.add({ kind: 'instructions', at: 12_345 }).id);
    expect(session.continue()).toMatchObject({ kind: 'reached', points: ids });
    session.step();
    expect(session.reverseContinue()).toMatchObject({ kind: 'reached', points: ids });
  });

  it('at the same places in single steps, at calls, where they come back, and at counts', async () => {
    const session = await debugProgram();
    session.stops.add({ kind: 'call', calls: 'all' });
    session.stops.add({ kind: 'return', calls: 'all' });
    session.stops.add({ kind: 'instructions', at: 12_345 });
    session.fail('mmap', 'ENOMEM', { after: 1 });
    const places = (go: () => ReturnType<typeof session.step>): string[] => {
      const met: string[] = [];
      for (;;) {
        const stop = go();
        if (stop.kind === 'exit') return met;
        const { instructions, points } = stop;
        if (stop.kind !== 'step') met.push([stop.kind, instructions, points].join(' '));
      }
    };
    const expected = places(() => session.continue());
    expect(new Set(expected.map((place) => place.split(' ')[0]))).toEqual(
      new Set(['call', 'return', 'reached']),
    );
    session.goTo(0);
    expect(places(() => session.step())).toEqual(expected);
  });

  it('at a fault, with what faulted, and back at it from the end', async () => {
    const program = await compileC('faulting', 'int main(void) { *(volatile int *)16 = 3; return 0; }');
    const session = await debugProgram({ program });
    session.stops.add({ kind: 'fault', vectors: [14], when: (fault) => fault.address === 16 });
    const stop = session.continue();
    expect(stop).toMatchObject({ kind: 'fault', fault: { vector: 14, name: 'page fault', address: 16 } });
    if (stop.kind === 'fault') expect(session.describe(stop.fault.eip)).toMatch(/^main/);
    expect(session.continue()).toMatchObject({ kind: 'exit', status: 139 });
    expect(session.reverseContinue()).toEqual(stop);
  });

  it('at a fault of the kernel before it has a program', async () => {
    const session = await debugProgram();
    session.stops.add({ kind: 'fault' });
    const table = (): number => session.machine.registers.idt.base;
    for (const atReset = table(); table() === atReset;) session.step(100);
    session.setRegister('eip', 0xfff0_0000);
    expect(session.continue()).toMatchObject({ kind: 'fault', fault: { cs: 8 } });
  });

  it('at an instruction count', async () => {
    const session = await debugProgram();
    session.stops.add({ kind: 'instructions', at: 12_345 });
    expect(session.continue()).toMatchObject({ kind: 'reached', instructions: 12_345 });
  });

  it('input is waited for where others may go on meanwhile, in the middle of what was asked for', async () => {
    const pieces = ['ready\n'];
    const session = await debugProgram({
      stdin: (async function* () {
        await Promise.resolve();
        yield* pieces;
      })(),
    });
    const stop = await inBackground(session.operations.nextCall('exit'));
    expect(stop).toMatchObject({ kind: 'call', call: { name: 'exit' } });
    expect(session.guest.output).toContain('read 6');
  });

  it('where it is interrupted, and it knows', async () => {
    const session = await debugProgram();
    const stop = await inBackground(session.operations.goTo(20_000), AbortSignal.abort());
    expect(stop ?? session.interrupted()).toEqual({ kind: 'interrupted', instructions: session.position });
    expect(session.last.kind).toBe('interrupted');
    expect(session.continue()).toMatchObject({ kind: 'exit', status: 7 });
  });

  it('visits every kernel call in turn', async () => {
    const session = await debugProgram();
    const seen: string[] = [];
    for await (const call of session.calls('gettime')) seen.push(call.name);
    expect(seen.length).toBeGreaterThanOrEqual(5);
    expect(session.last.kind).toBe('exit');
  });
});

describe('changing', () => {
  it('a call comes back with what it is told, and the kernel never sees it', async () => {
    const session = await debugProgram();
    session.nextCall('gettime');
    session.answerCall('EFAULT');
    expect(session.machine.registers.privilege).toBe(3);
    expect(session.machine.registers.get('eax') | 0).toBe(-14);
  });

  it('calls fail by rule, and fail again when the run is repeated', async () => {
    const session = await debugProgram();
    session.fail('mmap', 'ENOMEM');
    session.continue();
    expect(session.guest.output).toContain('big no');
    session.goTo(0);
    session.continue();
    expect(session.guest.output).toContain('big no');
  });

  it('a rule lets some calls pass first', async () => {
    const session = await debugProgram();
    const rule = session.fail('gettime', 'EFAULT', { after: 3 });
    session.continue();
    const made = session.callsSoFar.filter((call) => call.name === 'gettime').length;
    expect(session.rules.find(({ id }) => id === rule.id)?.answered).toBe(made - 3);
  });

  it('faults can be injected into any guest', async () => {
    const guest = await boot({ program: await debuggedProgram(), memoryMiB: 128 });
    injectFault(guest, 'mmap', 'ENOMEM');
    guest.run();
    expect(guest.output).toContain('big no');
    guest.dispose();
  });

  it('a snapshot put back is where history starts', async () => {
    const session = await debugProgram();
    session.nextCall('gettime');
    const snapshot = session.capture();
    const at = session.position;
    session.continue();
    session.restore(snapshot);
    expect(session.position).toBe(at);
    expect(session.call?.name).toBe('gettime');
    expect(session.stepBack()).toMatchObject({ kind: 'start', instructions: at });
    expect(session.continue()).toMatchObject({ kind: 'exit', status: 7 });
  });
});

describe('a guest that has ended', () => {
  it('cannot be changed there, and can be before', async () => {
    const session = await debugProgram();
    session.continue();
    expect(() => {
      session.setRegister('eax', 1);
    }).toThrow('go back first');
    session.stepBack();
    session.setRegister('eax', (0x2000 << 16) | 9);
    expect(session.continue()).toMatchObject({ kind: 'exit', status: 9 });
  });

  it('is as it was before where it crashed, once it is gone to', async () => {
    const session = await debugProgram();
    session.setRegister('eip', 0xc000_0000);
    const crash = session.continue();
    expect(crash.kind).toBe('crash');
    expect(session.goTo(crash.instructions)).toMatchObject({
      kind: 'reached',
      instructions: crash.instructions,
    });
    session.setRegister('eip', 0x8000);
    expect(session.continue()).toMatchObject({ kind: 'exit', status: 7 });
  });
});
