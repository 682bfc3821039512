/**
 * The commands that run a debugged guest, forwards and backwards, each an {@link Operation} in slices.
 *
 * What must hold: whatever an operation ends with is told to the session, so that it knows why the guest stands where it
 * stands; an operation of a wrong request throws {@link InputError} before the guest has moved.
 */
import type { Machine } from '../../emulator/types.ts';
import type { ErrnoName } from '../../images/abi/errno.ts';
import { checkNumber } from '../guest/check-number.ts';
import { InputError } from '../guest/errors.ts';
import type { CallSelector } from '../guest/kernel-calls/interceptors.ts';
import type { StackFrame } from '../look/symbols/index.ts';
import { failWith } from './call-rules.ts';
import { fromGuestStop } from './debug-stop.ts';
import type { DebugStop } from './debug-stop.ts';
import type { CallAnswer, RecordedCall } from './history.ts';
import { instructionAt } from './inspect/disassembly.ts';
import type { EraName } from '../../images/abi/eras.ts';
import type { Operation } from './operation.ts';
import { UNLISTED } from './seeker.ts';
import type { Seeker } from './seeker.ts';
import { resolveStop } from './stop-points.ts';
import type { Location, Places, StopPoint, StopPoints, StopSpec } from './stop-points.ts';
import type { Timeline } from './timeline.ts';

const INT_OPCODE = 0xcd;
const IRET_OPCODE = 0xcf;
/** Source: Intel SDM volume 2, 2.1.1. */
const PREFIXES: ReadonlySet<number> = new Set(
  [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67].concat(0xf0, 0xf2, 0xf3),
);
/** Instructions in which an interrupt handler is expected to come back to the program. */
const INTERRUPT_MAXIMUM = 5000;

/** Instructions that {@link DebugOperations.path} goes back at most. */
const LONGEST_PATH = 1_000_000;

/** An instruction that was executed. */
export interface ExecutedInstruction {
  /** The instruction count before it: the guest stands before it there, or before the interrupt that it begins the handler of. */
  readonly instructions: number;
  /** Linear. */
  readonly address: number;
  /** 0 in the kernel, 3 in a program. */
  readonly ring: number;
}

/** What the operations need of the session that offers them. */
export interface DebuggedGuest {
  readonly machine: Machine;
  readonly timeline: Timeline;
  readonly stops: StopPoints;
  readonly position: number;
  /** The kernel call that the guest stands at. */
  readonly call: RecordedCall | undefined;
  callStack(limit?: number): readonly StackFrame[];
  readonly places: Places;
  /** The era of the guest, which numbers kernel calls. */
  readonly era: EraName;
}

export class DebugOperations {
  readonly #session: DebuggedGuest;
  readonly #seeker: Seeker;
  readonly #onStop: (stop: DebugStop) => void;

  /** @param onStop Told where each operation ends. */
  constructor(session: DebuggedGuest, seeker: Seeker, onStop: (stop: DebugStop) => void) {
    this.#session = session;
    this.#seeker = seeker;
    this.#onStop = onStop;
  }

  *continue(limit = Infinity): Operation<DebugStop> {
    checkNumber('the instruction count to stop at', limit, { infinite: true });
    return yield* this.#forward([], limit);
  }

  /**
   * Executes one instruction, as {@link step} does, without the cost of a search. Undefined where something has to be looked
   * after on the way: then nothing has happened.
   */
  quickStep(): DebugStop | undefined {
    const { timeline, stops, machine } = this.#session;
    const { position } = timeline;
    if (stops.maySeeStep(position, () => entersOrLeavesKernel(machine)) || !timeline.mayStep(position))
      return undefined;
    const stop = timeline.step(position);
    if (stop === undefined) return this.#tell({ kind: 'step', instructions: position + 1 });
    const instructions = timeline.position;
    if (stop.kind === 'input' && instructions === position) return undefined;
    const stepped = stop.kind === 'requested' && instructions > position;
    return this.#tell(stepped ? { kind: 'step', instructions } : fromGuestStop(stop, instructions));
  }

  *step(count = 1): Operation<DebugStop> {
    const quick = count === 1 ? this.quickStep() : undefined;
    if (quick !== undefined) return quick;
    const target = this.#session.position + checkSteps(count);
    return asStep(yield* this.#forward([], target), target, this.#onStop);
  }

  /** Like one {@link step}, but an interrupt that arrives in the program is run through, to where it came. */
  *stepWithoutInterrupts(): Operation<DebugStop> {
    const { machine } = this.#session;
    const { registers } = machine;
    const eip = registers.get('eip');
    const esp = registers.get('esp');
    const ring = registers.privilege;
    const ownEntry = ring === 0 || entersKernel(machine, eip);
    for (;;) {
      const stop = yield* this.step();
      if (ownEntry || stop.kind !== 'step' || registers.privilege >= ring) return stop;
      const back = yield* this.#runTo(
        eip,
        () => registers.privilege === ring && registers.get('esp') === esp,
      );
      if (back.kind !== 'step') return back;
    }
  }

  /** Like one {@link stepBack}, but from a program back to the program: what the kernel did in between is undone at once. */
  *stepBackWithoutInterrupts(): Operation<DebugStop> {
    const { machine, timeline } = this.#session;
    const ring = machine.registers.privilege;
    const call = timeline.history.callReturningTo(machine.registers, timeline.position);
    const from = timeline.position;
    const stop = yield* this.stepBack();
    if (stop.kind !== 'step' || machine.registers.privilege >= ring) return stop;
    if (call !== undefined) {
      yield* timeline.travel(call.instructions - 1, true);
      return this.#tell({ kind: 'step', instructions: timeline.position });
    }
    const lastOfProgram = yield* this.#lastInRing(ring);
    yield* timeline.travel(lastOfProgram ?? from - 1, true);
    return this.#tell({ kind: 'step', instructions: timeline.position });
  }

  *stepOver(): Operation<DebugStop> {
    const { machine } = this.#session;
    const eip = machine.registers.get('eip');
    const instruction = instructionAt(machine, eip);
    if (instruction?.isCall !== true) return yield* this.step();
    const esp = machine.registers.get('esp');
    return yield* this.#runTo(eip + instruction.length, () => machine.registers.get('esp') >= esp);
  }

  *stepOut(): Operation<DebugStop> {
    const { machine } = this.#session;
    const caller = this.#session.callStack(2)[1];
    if (caller === undefined) throw new InputError('no caller of this function is known');
    const esp = machine.registers.get('esp');
    const ring = machine.registers.privilege;
    return yield* this.#runTo(
      caller.address,
      () => machine.registers.privilege !== ring || machine.registers.get('esp') > esp,
    );
  }

  *nextCall(calls: CallSelector = 'all', withStops = true): Operation<DebugStop> {
    return yield* this.#forward([{ kind: 'call', calls }], Infinity, withStops);
  }

  *finishCall(): Operation<DebugStop> {
    const { call } = this.#session;
    if (call === undefined)
      throw new InputError('the guest does not stand at a kernel call: go to one first');
    return yield* this.#forward([
      { kind: 'return', calls: call.number, when: (returned) => returned.index === call.index },
    ]);
  }

  *stepBack(count = 1): Operation<DebugStop> {
    const { timeline } = this.#session;
    const target = timeline.position - checkSteps(count);
    yield* timeline.travel(Math.max(target, timeline.start), true);
    return this.#tell({ kind: target < timeline.start ? 'start' : 'step', instructions: timeline.position });
  }

  *stepBackCall(calls: CallSelector = 'all'): Operation<DebugStop> {
    const { timeline } = this.#session;
    const resolved = resolveStop({ kind: 'call', calls }, this.#session.places, this.#session.era);
    const numbers = resolved.kind === 'call' ? resolved.numbers : undefined;
    const known = timeline.history.calls;
    for (let index = timeline.history.callsUntil(timeline.position - 1) - 1; index >= 0; index--) {
      const call = known[index];
      if (call === undefined || numbers?.has(call.number) === false) continue;
      yield* timeline.travel(call.instructions, true);
      return this.#tell({ kind: 'call', call, instructions: timeline.position });
    }
    yield* timeline.travel(timeline.start);
    return this.#tell({ kind: 'start', instructions: timeline.position });
  }

  *reverseContinue(): Operation<DebugStop> {
    return this.#met(yield* this.#seeker.backward(this.#session.stops.enabled));
  }

  *lastWrite(at: Location, length?: number): Operation<DebugStop> {
    const range = {
      kind: 'watchpoint',
      at,
      access: 'write',
      ...(length === undefined ? {} : { length }),
    } as const;
    const { process } = this.#session.places.place(at);
    if (process !== undefined && !this.#session.places.isIn(process)())
      throw new InputError(`${process} does not run here, so its memory is not there: go to where it runs`);
    const whole = this.#own(range);
    const { resolved } = whole;
    if (resolved.kind !== 'watchpoint') throw new TypeError('a watchpoint is one');
    // Whoever wrote what lies there now may have had another address for it, or no paging at all.
    const pieces = this.#session.machine.linear.locate(resolved.address, resolved.length);
    const points = pieces.map(({ physical, offset, length: part }) =>
      this.#own({ ...range, at: resolved.address + offset, length: part, physical }),
    );
    return this.#tell(yield* this.#seeker.backward(points.length === 0 ? [whole] : points));
  }

  *goTo(instructions: number): Operation<DebugStop> {
    const { timeline } = this.#session;
    checkNumber('the instruction count', instructions);
    yield* timeline.travel(instructions);
    const { final, position } = timeline;
    if (final !== undefined) return this.#tell(fromGuestStop(final, position));
    return this.#tell({ kind: 'reached', instructions: position });
  }

  /** The instructions that led to where the guest stands, which is where it stands afterwards. */
  *path(count: number): Operation<readonly ExecutedInstruction[]> {
    checkNumber('the number of instructions', count, { least: 1, most: LONGEST_PATH });
    const { timeline } = this.#session;
    const { addresses, rings } = yield* timeline.path(count);
    const first = timeline.position - addresses.length;
    return Array.from(addresses, (address, i) => ({
      instructions: first + i,
      address,
      ring: rings[i] ?? 0,
    }));
  }

  *answerCall(answer: number | bigint | ErrnoName): Operation<DebugStop> {
    const { call, timeline } = this.#session;
    if (call === undefined)
      throw new InputError('the guest does not stand at a kernel call: go to one first');
    if (timeline.history.answerAt(call.instructions) !== undefined) {
      throw new InputError('this call has been answered already');
    }
    const decided: CallAnswer =
      typeof answer === 'string' ? failWith(answer) : { kind: 'answer', value: answer };
    yield* timeline.travel(call.instructions - 1);
    timeline.forgetFuture();
    timeline.history.setAnswer(call.instructions, decided);
    yield* timeline.travel(call.instructions);
    return this.#tell({ kind: 'step', instructions: timeline.position });
  }

  /** The last place shortly before the present one at which the guest was in this ring. */
  *#lastInRing(ring: number): Operation<number | undefined> {
    const { machine, timeline } = this.#session;
    const { rings } = yield* timeline.path(INTERRUPT_MAXIMUM);
    const last = rings.lastIndexOf(ring);
    if (last < 0) return undefined;
    const place = timeline.position - rings.length + last;
    // what came behind that instruction is either the kernel, entered by it, or where an interrupt came
    yield* timeline.travel(place + 1);
    return machine.registers.privilege === ring ? place + 1 : place;
  }

  /** Runs until an address is reached in the same address space, and a condition holds there. */
  *#runTo(address: number, when: () => boolean): Operation<DebugStop> {
    const { registers } = this.#session.machine;
    const space = registers.control(3);
    const stop = yield* this.#forward([
      { kind: 'breakpoint', at: address, when: () => registers.control(3) === space && when() },
    ]);
    const arrived = stop.kind === 'breakpoint' && stop.point === undefined;
    return arrived ? this.#tell({ kind: 'step', instructions: stop.instructions }) : stop;
  }

  *#forward(own: readonly StopSpec[], limit = Infinity, withStops = true): Operation<DebugStop> {
    const { stops } = this.#session;
    const points = [...own.map((spec) => this.#own(spec)), ...(withStops ? stops.enabled : [])];
    return this.#met(yield* this.#seeker.forward(points, limit));
  }

  #own(spec: StopSpec): StopPoint {
    return {
      id: UNLISTED,
      spec,
      resolved: resolveStop(spec, this.#session.places, this.#session.era),
      text: '',
      enabled: true,
      once: true,
      hits: 0,
    };
  }

  #met(stop: DebugStop): DebugStop {
    for (const point of stop.points ?? []) this.#session.stops.met(point);
    return this.#tell(stop);
  }

  #tell(stop: DebugStop): DebugStop {
    this.#onStop(stop);
    return stop;
  }
}

/** A run to a limit that was given as a number of steps. */
function asStep(stop: DebugStop, target: number, tell: (stop: DebugStop) => void): DebugStop {
  if (stop.kind !== 'reached' || stop.instructions !== target || stop.point !== undefined) return stop;
  const step = { kind: 'step', instructions: target } as const;
  tell(step);
  return step;
}

/** True unless the instruction at EIP is neither INT nor IRET for certain: with a prefix, or on a missing page, it may be one. */
function entersOrLeavesKernel({ registers, linear }: Machine): boolean {
  const byte = linear.readMapped(registers.get('eip') + registers.segmentBase('cs'), 1)[0];
  return byte === undefined || byte === INT_OPCODE || byte === IRET_OPCODE || PREFIXES.has(byte);
}

/** True for INT, which is how a program enters the kernel on its own. */
function entersKernel(machine: Machine, eip: number): boolean {
  return machine.linear.readMapped(eip, 1)[0] === INT_OPCODE;
}

function checkSteps(count: number): number {
  return checkNumber('the number of instructions', count, { least: 1 });
}
