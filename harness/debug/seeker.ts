/**
 * Looks for the next place, or the last one before, at which a stop point is met.
 *
 * Forwards it runs the timeline with the points armed in the machine. Backwards it does the same piece by piece, latest
 * piece first, each longer than the one before, and goes to the last place found. What must hold: nothing is armed in the
 * machine while no search is under way, so travelling in time is never disturbed; and a search that is given up backwards
 * returns to where it began.
 */
import type { MemoryAccess } from '../../emulator/types.ts';
import { eraOf } from '../../images/abi/eras.ts';
import type { Guest } from '../guest/guest.ts';
import type { KernelCall, Stop } from '../guest/stop.ts';
import { callResult, resultOf } from './call-result.ts';
import type { CallResult } from './call-result.ts';
import type { CallRules } from './call-rules.ts';
import { fromGuestStop } from './debug-stop.ts';
import type { DebugStop } from './debug-stop.ts';
import { faultFrame, faultHandlers } from './fault-gates.ts';
import type { CallAnswer, RecordedCall } from './history.ts';
import { complete } from './operation.ts';
import type { ProcessIdentity } from '../guest/address-spaces.ts';
import type { Operation } from './operation.ts';
import type { ResolvedStop, StopPoint } from './stop-points.ts';
import type { Timeline } from './timeline.ts';

/** A place where a point is met. `place` is where the guest is taken when the search goes backwards. */
interface Hit {
  readonly place: number;
  readonly stop: DebugStop;
  /** The point that was met; {@link UNLISTED} for one of a command's own. */
  readonly id: number;
}

type PointOf<Kind extends ResolvedStop['kind']> = Omit<StopPoint, 'resolved'> & {
  readonly resolved: Extract<ResolvedStop, { readonly kind: Kind }>;
};

/** A hit with what was met before at the same place. */
function together(earlier: Hit | undefined, hit: Hit): Hit {
  if (earlier?.place !== hit.place || earlier.stop.points === undefined) return hit;
  const points = [...new Set([...(hit.stop.points ?? []), ...earlier.stop.points])];
  return { ...hit, stop: { ...hit.stop, points } };
}

/** Identifies points that belong to one command and are in no list; a stop at one names no point. */
export const UNLISTED = 0;

type Names = Pick<DebugStop, 'point' | 'points'>;

/** The points met at one place, the first one first. */
function named(ids: readonly number[]): Names {
  const [first] = ids;
  const points = ids.filter((id) => id !== UNLISTED);
  return {
    ...(first === undefined || first === UNLISTED ? {} : { point: first }),
    ...(points.length === 0 ? {} : { points }),
  };
}

/** Says to the machine that the reason for a stop is in {@link Seeker}'s own list. */
const SEEKER_STOP = { reason: 'a stop point is met' } as const;

/** How far the guest runs at a time while its kernel may still be filling its interrupt table: until a program has run. */
const BEFORE_PROGRAM = 256;

const USER_RING = 3;

/**
 * Instructions that a search backwards looks through first, and how much more each time after: what is met often is met
 * soon, and only what is met seldom takes a long way.
 */
const FIRST_PIECE = 1000;
const PIECE_GROWTH = 10;
/**
 * Instructions before a piece from which on it is run, without counting what is met there: an instruction that faults and
 * starts again, or repeats, is met where it first starts, and a piece may begin in between.
 */
const LEAD_IN = 2000;

export class Seeker {
  readonly #guest: Guest;
  readonly #timeline: Timeline;
  readonly #rules: CallRules;
  readonly #identify: () => ProcessIdentity | undefined;
  /** Points of the search under way. */
  #points: readonly StopPoint[] = [];
  #searching = false;
  #hits: Hit[] = [];
  /** Addresses of the handlers of faults that are watched for. */
  readonly #handlers = new Set<number>();
  /** True once the guest was seen in a program: its interrupt table is complete. */
  #tableComplete = false;
  /** Where the search begins: a breakpoint there does not count. A fault of a fetch takes no count, so the address tells. */
  #skip = { instructions: -1, address: 0 };
  #armed = false;
  /** Each takes away something that was set up in the machine. */
  #ends: (() => void)[] = [];

  /** @param identify Says who makes a call, while it is made. */
  constructor(
    guest: Guest,
    timeline: Timeline,
    rules: CallRules,
    identify: () => ProcessIdentity | undefined,
  ) {
    this.#identify = identify;
    this.#guest = guest;
    this.#timeline = timeline;
    this.#rules = rules;
    guest.calls.intercept('all', (call) => this.#onCall(call));
  }

  /** Runs to the next place where one of the points is met, at most to `limit`. The place the guest stands at does not count. */
  *forward(points: readonly StopPoint[], limit = Infinity): Operation<DebugStop> {
    const ahead = this.#of(points, 'instructions').filter(
      ({ resolved }) => resolved.at > this.#timeline.position,
    );
    const next = Math.min(...ahead.map(({ resolved }) => resolved.at));
    const found = yield* this.#search(points, (search) => search.next(Math.min(limit, next), false));
    if (found.kind !== 'reached' || found.instructions !== next) return found;
    return { ...found, ...named(ahead.filter(({ resolved }) => resolved.at === next).map(({ id }) => id)) };
  }

  /** Goes back to the last place before the present at which one of the points is met, else to the start of history. */
  *backward(points: readonly StopPoint[]): Operation<DebugStop> {
    const before = this.#timeline.position;
    let arrived = false;
    try {
      const counts = this.#of(points, 'instructions').filter(({ resolved }) => resolved.at < before);
      let upper = before;
      let piece = FIRST_PIECE;
      let found: Hit | undefined;
      while (upper > this.#timeline.start && found === undefined) {
        const lower = Math.max(this.#timeline.start, upper - piece);
        piece *= PIECE_GROWTH;
        yield* this.#timeline.travel(Math.max(this.#timeline.start, lower - LEAD_IN));
        const end = upper;
        found = yield* this.#search(points, (search) => search.last(lower, end, before));
        const within = counts.filter(
          ({ resolved: { at } }) => at >= lower && at < end && at > (found?.place ?? -1),
        );
        const latest = Math.max(...within.map(({ resolved }) => resolved.at));
        for (const { resolved, id } of within) {
          if (resolved.at !== latest) continue;
          const earlier = found?.place === latest ? (found.stop.points ?? []) : [];
          const stop = { kind: 'reached', instructions: latest, ...named([...earlier, id]) } as const;
          found = { place: latest, stop, id };
        }
        upper = lower;
      }
      yield* this.#timeline.travel(found?.place ?? this.#timeline.start, found !== undefined);
      arrived = true;
      return found === undefined
        ? { kind: 'start', instructions: this.#timeline.position }
        : { ...found.stop, instructions: found.place };
    } finally {
      if (!arrived) complete(this.#timeline.travel(before));
    }
  }

  #of<Kind extends ResolvedStop['kind']>(points: readonly StopPoint[], kind: Kind): PointOf<Kind>[] {
    return points.filter((point): point is StopPoint & PointOf<Kind> => point.resolved.kind === kind);
  }

  *#search<Result>(
    points: readonly StopPoint[],
    body: (search: {
      next: (limit: number, here: boolean) => Operation<DebugStop>;
      last: (from: number, end: number, before: number) => Operation<Hit | undefined>;
    }) => Operation<Result>,
  ): Operation<Result> {
    this.#points = points;
    this.#searching = true;
    this.#hits = [];
    try {
      return yield* body({
        next: (limit, here) => this.#nextStop(limit, here),
        last: (from, end, before) => this.#lastHit(from, end, before),
      });
    } finally {
      this.#searching = false;
      this.#disarm();
      this.#points = [];
    }
  }

  *#nextStop(limit: number, here: boolean): Operation<DebugStop> {
    const found = yield* this.#next(limit, here);
    return 'place' in found ? found.stop : fromGuestStop(found, this.#timeline.position);
  }

  /** The last hit from here up to `end` whose place lies in [from, before). */
  *#lastHit(from: number, end: number, before: number): Operation<Hit | undefined> {
    let last: Hit | undefined;
    for (let here = true; ; here = false) {
      const found = yield* this.#next(end, here);
      if ('place' in found) {
        if (found.place < before && found.place >= (last?.place ?? from)) last = together(last, found);
      } else if (this.#timeline.position >= end || this.#timeline.final !== undefined) {
        return last;
      }
    }
  }

  /**
   * Runs to the next hit or stop of the guest.
   *
   * @param here True if a breakpoint at the present place counts.
   */
  *#next(limit: number, here: boolean): Operation<Hit | Stop> {
    const { machine } = this.#guest;
    const address = (machine.registers.get('eip') + machine.registers.segmentBase('cs')) >>> 0;
    this.#skip = { instructions: here ? -1 : this.#timeline.position, address };
    for (;;) {
      const { position } = this.#timeline;
      if (position >= limit) return { kind: 'reached', instructions: position };
      this.#hits = [];
      this.#arm();
      const inPieces = this.#of(this.#points, 'fault').length > 0 && !this.#tableComplete;
      const stop = yield* this.#timeline.run(inPieces ? Math.min(limit, position + BEFORE_PROGRAM) : limit);
      const [hit] = this.#hits;
      if (hit !== undefined) {
        const ids = this.#hits.filter(({ place }) => place === hit.place).map(({ id }) => id);
        return { ...hit, stop: { ...hit.stop, ...named(ids) } };
      }
      if (stop.kind === 'requested' ? stop.reason !== SEEKER_STOP : stop.kind !== 'reached') return stop;
    }
  }

  /** Sets up in the machine what is looked for and is not set up yet. */
  #arm(): void {
    const { machine } = this.#guest;
    if (this.#of(this.#points, 'fault').length > 0 && !this.#tableComplete) {
      this.#armFaults();
      this.#tableComplete = machine.registers.privilege === USER_RING;
    }
    if (this.#armed) return;
    this.#armed = true;
    for (const point of this.#of(this.#points, 'breakpoint')) {
      this.#ends.push(
        machine.onExecute(point.resolved.address, () => {
          this.#onBreakpoint(point);
        }),
      );
    }
    for (const point of this.#of(this.#points, 'watchpoint')) {
      const { address, physical, length, access } = point.resolved;
      const range = {
        length,
        access,
        ...(physical === undefined ? { address } : { address: physical, space: 'physical' as const }),
      };
      this.#ends.push(
        machine.onAccess(range, (touch) => {
          this.#onAccess(point, touch);
        }),
      );
    }
    if (this.#of(this.#points, 'return').length > 0) {
      this.#ends.push(
        machine.onInterruptReturn(() => {
          this.#onReturn();
        }),
      );
    }
  }

  #armFaults(): void {
    const { machine } = this.#guest;
    for (const [address, vector] of faultHandlers(machine)) {
      if (this.#handlers.has(address)) continue;
      this.#handlers.add(address);
      this.#ends.push(
        machine.onExecute(address, () => {
          this.#onFault(vector, address);
        }),
      );
    }
  }

  #disarm(): void {
    for (const end of this.#ends) end();
    this.#ends = [];
    this.#armed = false;
    this.#handlers.clear();
    this.#tableComplete = false;
  }

  #onBreakpoint({ resolved, id }: PointOf<'breakpoint'>): void {
    const { instructions } = this.#guest.machine;
    if (this.#skips(resolved.address) || !resolved.when()) return;
    this.#hit(id, { kind: 'breakpoint', address: resolved.address, instructions });
  }

  #skips(address: number): boolean {
    return this.#guest.machine.instructions === this.#skip.instructions && address === this.#skip.address;
  }

  /** @param handler Address of the first instruction of the kernel's handler, where the guest stands. */
  #onFault(vector: number, handler: number): void {
    const { machine } = this.#guest;
    const { instructions } = machine;
    if (this.#skips(handler) || machine.registers.privilege !== 0) return;
    for (const { resolved, id } of this.#of(this.#points, 'fault')) {
      if (resolved.vectors?.has(vector) === false) continue;
      const fault = faultFrame(machine, vector);
      if (!resolved.when(fault)) continue;
      this.#hit(id, { kind: 'fault', fault, instructions });
    }
  }

  /** An instruction has touched watched memory: going back, the place is before it. */
  #onAccess({ resolved, id }: PointOf<'watchpoint'>, touch: MemoryAccess): void {
    if (!resolved.when()) return;
    const { instructions } = this.#guest.machine;
    this.#hit(
      id,
      { kind: 'watchpoint', address: resolved.address, ...touch, instructions },
      instructions - 1,
    );
  }

  /** Sees every kernel call, also while no search is under way. */
  #onCall(call: KernelCall): CallAnswer | undefined {
    const { history } = this.#timeline;
    const { registers } = this.#guest.machine;
    const process = this.#identify();
    const recorded = {
      ...call,
      stackPointer: registers.get('esp'),
      space: registers.control(3),
      ...(process && { process }),
    };
    history.recordCall(recorded);
    let answer = history.answerAt(call.instructions);
    if (answer === undefined && !this.#timeline.isPast(call.instructions)) {
      answer = this.#rules.decide(call);
      if (answer !== undefined) history.setAnswer(call.instructions, answer);
    }
    if (this.#searching) {
      this.#matchCall(recorded);
      if (answer !== undefined)
        this.#matchReturn(recorded, resultOf(answer, this.#guest.era), call.instructions);
    }
    return answer;
  }

  #matchCall(call: RecordedCall): void {
    for (const { resolved, id } of this.#of(this.#points, 'call')) {
      if (resolved.numbers?.has(call.number) === false || !resolved.when(call)) continue;
      this.#hit(id, { kind: 'call', call, instructions: call.instructions });
    }
  }

  /** The kernel has gone back to the program. */
  #onReturn(): void {
    const { registers, instructions } = this.#guest.machine;
    if (registers.privilege !== USER_RING) return;
    const { history } = this.#timeline;
    const call = history.callReturningTo(registers, instructions);
    // An interrupt right behind a call goes back to the same place again.
    if (call === undefined || history.answerAt(call.instructions) !== undefined) return;
    if (history.returnOf(call, instructions) < instructions) return;
    this.#matchReturn(
      call,
      callResult(registers.get('eax'), registers.get('edx'), eraOf(this.#guest.era).resultRegisters),
      instructions,
    );
  }

  #matchReturn(call: RecordedCall, result: CallResult, instructions: number): void {
    for (const { resolved, id } of this.#of(this.#points, 'return')) {
      if (resolved.numbers?.has(call.number) === false || !resolved.when(call, result)) continue;
      this.#hit(id, { kind: 'return', call, result, instructions });
    }
  }

  #hit(id: number, stop: DebugStop, place = stop.instructions): void {
    this.#hits.push({ id, place, stop });
    this.#guest.machine.requestStop(SEEKER_STOP);
  }
}
