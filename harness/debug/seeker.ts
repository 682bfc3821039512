/**
 * Looks for the next place, or the last one before, at which a stop point is met.
 *
 * Forwards it runs the timeline with the points armed in the machine. Backwards it does the same piece by piece, latest
 * piece first, each longer than the one before, and goes to the last place found. What must hold: nothing is armed in the
 * machine while no search is under way, so travelling in time is never disturbed; and a search that is given up backwards
 * returns to where it began.
 */
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
import type { Operation } from './operation.ts';
import type { ResolvedStop, StopPoint } from './stop-points.ts';
import type { Timeline } from './timeline.ts';

/** A place where a point is met. `place` is where the guest is taken when the search goes backwards. */
interface Hit {
  readonly place: number;
  readonly stop: DebugStop;
}

type PointOf<Kind extends ResolvedStop['kind']> = Omit<StopPoint, 'resolved'> & {
  readonly resolved: Extract<ResolvedStop, { readonly kind: Kind }>;
};

/** Identifies points that belong to one command and are in no list; a stop at one names no point. */
export const UNLISTED = 0;

const named = (id: number): { readonly point?: number } => (id === UNLISTED ? {} : { point: id });

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
  /** What the watched ranges held when they were last looked at, by point. */
  readonly #watched = new Map<number, Uint8Array>();

  constructor(guest: Guest, timeline: Timeline, rules: CallRules) {
    this.#guest = guest;
    this.#timeline = timeline;
    this.#rules = rules;
    guest.calls.intercept('all', (call) => this.#onCall(call));
  }

  /** Runs to the next place where one of the points is met, at most to `limit`. The place the guest stands at does not count. */
  *forward(points: readonly StopPoint[], limit = Infinity): Operation<DebugStop> {
    const counts = this.#of(points, 'instructions').map(({ resolved, id }) => ({ at: resolved.at, id }));
    const next = counts
      .filter(({ at }) => at > this.#timeline.position)
      .reduce((best, one) => (one.at < best.at ? one : best), { at: Infinity, id: 0 });
    const found = yield* this.#search(points, (search) => search.next(Math.min(limit, next.at), false));
    if (found.kind === 'reached' && found.instructions === next.at) return { ...found, ...named(next.id) };
    return found;
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
        for (const { resolved, id } of counts) {
          if (resolved.at < lower || resolved.at >= upper || resolved.at <= (found?.place ?? -1)) continue;
          found = {
            place: resolved.at,
            stop: { kind: 'reached', instructions: resolved.at, ...named(id) },
          };
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
        if (found.place < before && found.place >= (last?.place ?? from)) last = found;
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
      this.#rememberWatched();
      this.#arm();
      const inPieces = this.#of(this.#points, 'fault').length > 0 && !this.#tableComplete;
      const stop = yield* this.#timeline.run(inPieces ? Math.min(limit, position + BEFORE_PROGRAM) : limit);
      const [hit] = this.#hits;
      if (hit !== undefined) return hit;
      if (stop.kind === 'watchpoint') {
        const watched = this.#watchHit(stop.address, stop.access);
        if (watched !== undefined) return watched;
      } else if (stop.kind === 'requested' ? stop.reason !== SEEKER_STOP : stop.kind !== 'reached') {
        return stop;
      }
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
    for (const { resolved } of this.#of(this.#points, 'watchpoint')) {
      machine.setWatchpoint(resolved.address, resolved.length, resolved.access);
      this.#ends.push(() => {
        machine.clearWatchpoint(resolved.address);
      });
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
    this.#watched.clear();
  }

  #onBreakpoint({ resolved, id }: PointOf<'breakpoint'>): void {
    const { instructions } = this.#guest.machine;
    if (this.#skips(resolved.address) || !resolved.when()) return;
    this.#hit({ kind: 'breakpoint', address: resolved.address, instructions, ...named(id) });
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
      this.#hit({ kind: 'fault', fault, instructions, ...named(id) });
      return;
    }
  }

  #rememberWatched(): void {
    for (const { resolved, id } of this.#of(this.#points, 'watchpoint')) {
      this.#watched.set(id, this.#guest.machine.linear.readMapped(resolved.address, resolved.length));
    }
  }

  #watchHit(address: number, access: 'read' | 'write'): Hit | undefined {
    const instructions = this.#timeline.position;
    for (const { resolved, id } of this.#of(this.#points, 'watchpoint')) {
      if (address < resolved.address || address >= resolved.address + resolved.length) continue;
      if (resolved.access !== 'access' && resolved.access !== access) continue;
      if (!resolved.when()) continue;
      const previous = this.#watched.get(id) ?? new Uint8Array(0);
      const value = this.#guest.machine.linear.readMapped(resolved.address, resolved.length);
      return {
        place: instructions - 1,
        stop: { kind: 'watchpoint', address, access, previous, value, instructions, ...named(id) },
      };
    }
    return undefined;
  }

  /** Sees every kernel call, also while no search is under way. */
  #onCall(call: KernelCall): CallAnswer | undefined {
    const { history } = this.#timeline;
    const recorded = { ...call, stackPointer: this.#guest.machine.registers.get('esp') };
    history.recordCall(recorded);
    let answer = history.answerAt(call.instructions);
    if (answer === undefined && !this.#timeline.isPast(call.instructions)) {
      answer = this.#rules.decide(call);
      if (answer !== undefined) history.setAnswer(call.instructions, answer);
    }
    if (this.#searching) {
      this.#matchCall(recorded);
      if (answer !== undefined) this.#matchReturn(recorded, resultOf(answer), call.instructions);
    }
    return answer;
  }

  #matchCall(call: RecordedCall): void {
    for (const { resolved, id } of this.#of(this.#points, 'call')) {
      if (resolved.numbers?.has(call.number) === false || !resolved.when(call)) continue;
      this.#hit({ kind: 'call', call, instructions: call.instructions, ...named(id) });
      return;
    }
  }

  /** The kernel has gone back to the program. */
  #onReturn(): void {
    const { registers, instructions } = this.#guest.machine;
    if (registers.privilege !== USER_RING) return;
    const { history } = this.#timeline;
    const call = history.callReturningTo(registers.get('eip'), registers.get('esp'), instructions);
    // An interrupt right behind a call goes back to the same place again.
    if (call === undefined || history.answerAt(call.instructions) !== undefined) return;
    if (history.returnOf(call, instructions) < instructions) return;
    this.#matchReturn(call, callResult(registers.get('eax'), registers.get('edx')), instructions);
  }

  #matchReturn(call: RecordedCall, result: CallResult, instructions: number): void {
    for (const { resolved, id } of this.#of(this.#points, 'return')) {
      if (resolved.numbers?.has(call.number) === false || !resolved.when(call, result)) continue;
      this.#hit({ kind: 'return', call, result, instructions, ...named(id) });
      return;
    }
  }

  #hit(stop: DebugStop): void {
    this.#hits.push({ place: stop.instructions, stop });
    this.#guest.machine.requestStop(SEEKER_STOP);
  }
}
