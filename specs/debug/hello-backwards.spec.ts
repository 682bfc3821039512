/** A whole hello of CPython, walked from its end to its first instruction. */
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { digestImage } from '../../emulator/index.ts';
import { debug, HELLO } from '../../harness/index.ts';
import type { DebugSession } from '../../harness/index.ts';
import { numbers } from './numbers.ts';

/** All of the guest's state: memory, processor, devices, time. Equal for two guests that will do the same from here on. */
const digest = (session: DebugSession): string =>
  digestImage(session.guest.machine.capture({ compiled: false }));

async function debugHello(): Promise<DebugSession> {
  const session = await debug(HELLO);
  onTestFinished(() => {
    session.dispose();
  });
  return session;
}

/** What a run forwards found: the state at each kernel call, at strides, and at each instruction of the start. */
const forwards = {
  calls: [] as { readonly at: number; readonly name: string; readonly digest: string }[],
  strides: [] as { readonly at: number; readonly digest: string }[],
  start: [] as { readonly at: number; readonly eip: number; readonly esp: number }[],
  end: 0,
  output: '',
};
const STRIDE = 777_777;
const START = 3000;

beforeAll(async () => {
  const session = await debug(HELLO);
  const { registers } = session.machine;
  for (let at = 0; at < START; at++) {
    forwards.start.push({ at, eip: registers.get('eip'), esp: registers.get('esp') });
    session.step();
  }
  for await (const { name } of session.calls()) {
    forwards.calls.push({ at: session.position, name, digest: digest(session) });
  }
  forwards.end = session.position;
  forwards.output = session.guest.output;
  const other = await debug(HELLO);
  for (let at = STRIDE; at < forwards.end; at += STRIDE) {
    other.goTo(at);
    forwards.strides.push({ at, digest: digest(other) });
  }
  session.dispose();
  other.dispose();
});

describe('a whole hello, backwards', () => {
  it('over every kernel call to the first instruction, each as it was', async () => {
    const session = await debugHello();
    expect(session.continue()).toMatchObject({ kind: 'exit', status: 0, instructions: forwards.end });
    for (const call of forwards.calls.toReversed()) {
      expect(session.stepBackCall()).toMatchObject({ kind: 'call', call: { name: call.name } });
      expect({ at: session.position, name: call.name, digest: digest(session) }).toEqual(call);
    }
    expect(session.stepBackCall()).toMatchObject({ kind: 'start', instructions: 0 });
  });

  it('by strides, each place as it was', async () => {
    const session = await debugHello();
    session.continue();
    for (const place of forwards.strides.toReversed()) {
      session.stepBack(session.position - place.at);
      expect({ at: session.position, digest: digest(session) }).toEqual(place);
    }
  });

  it('the start instruction by instruction, to the first', async () => {
    const session = await debugHello();
    const { registers } = session.machine;
    session.goTo(START);
    for (const place of forwards.start.toReversed()) {
      expect(session.stepBack()).toMatchObject({ kind: 'step', instructions: place.at });
      expect({ at: place.at, eip: registers.get('eip'), esp: registers.get('esp') }).toEqual(place);
    }
    expect(session.stepBack()).toMatchObject({ kind: 'start', instructions: 0 });
    expect(registers.get('eax')).toBe(0x0c00ffee);
  });

  it('and with 1,000 random stops it ends as the run without, in output and memory', async () => {
    const straight = await debugHello();
    straight.continue();
    const stopped = await debugHello();
    const places = numbers(forwards.end);
    const stops = Array.from({ length: 1000 }, () => places.next().value).sort((a, b) => a - b);
    for (const at of stops) {
      if (at > stopped.position) stopped.stops.add({ kind: 'instructions', at }, { once: true });
      stopped.continue();
      if (at % 50 === 0) {
        stopped.stepBack(3);
        stopped.step();
        stopped.goTo(at);
      }
    }
    expect(stopped.continue()).toEqual(straight.last);
    expect(stopped.guest.output).toBe(forwards.output);
    expect(stopped.callsSoFar).toEqual(straight.callsSoFar);
    const ram = ({ machine }: DebugSession): Buffer =>
      Buffer.from(machine.memory.read(0, machine.memory.size));
    expect(ram(stopped).equals(ram(straight))).toBe(true);
  });
});
