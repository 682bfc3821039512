/**
 * What a debugged guest is to stop at: a list of stop points that can be added to, switched off and removed.
 *
 * Plain bookkeeping: how a point is watched for is the seeker's matter (seeker.ts).
 */
import { hex } from '../../emulator/hex.ts';
import { InputError } from '../guest/errors.ts';
import type { EraName } from '../../images/abi/eras.ts';
import { selectCalls } from '../guest/kernel-calls/interceptors.ts';
import type { CallSelector } from '../guest/kernel-calls/interceptors.ts';
import type { CallResult } from './call-result.ts';
import type { FaultFrame } from './fault-gates.ts';
import type { RecordedCall } from './history.ts';
import type { ProcessName } from './processes.ts';

/** An address, or the name of a symbol of the program or the kernel; in a guest of several programs `program:name` is one's own. */
export type Location = number | string;

/** What to stop at. A `when` that answers false lets the guest go on; so does another process than `process`, where that is named. */
export type StopSpec = InProcess &
  /** A kernel call, before the kernel sees it. */
  (
    | {
        readonly kind: 'call';
        readonly calls: CallSelector;
        readonly when?: (call: RecordedCall) => boolean;
      }
    /** A kernel call that has come back to the program. */
    | {
        readonly kind: 'return';
        readonly calls: CallSelector;
        readonly when?: (call: RecordedCall, result: CallResult) => boolean;
      }
    /** An instruction, before it is executed. */
    | { readonly kind: 'breakpoint'; readonly at: Location; readonly when?: () => boolean }
    /**
     * An access to a range of memory, behind the instruction that makes it, through whatever address it does. `access` is both
     * reading and writing.
     */
    | {
        readonly kind: 'watchpoint';
        readonly at: Location;
        /** Where the range lies in physical memory, to watch that whatever the page tables say; it must not cross a page. */
        readonly physical?: number;
        /** Bytes, 4 by default. */
        readonly length?: number;
        readonly access: 'read' | 'write' | 'access';
        readonly when?: () => boolean;
      }
    /** An exception of the processor; all of them when no vectors are named. */
    | {
        readonly kind: 'fault';
        readonly vectors?: readonly number[];
        readonly when?: (fault: FaultFrame) => boolean;
      }
    /** An instruction count. */
    | { readonly kind: 'instructions'; readonly at: number }
  );

/** Limits a stop to one process, by the name of its program or its number. */
export interface InProcess {
  readonly process?: ProcessName;
}

/** A spec with its names looked up. */
export type ResolvedStop =
  | {
      readonly kind: 'call';
      readonly numbers: ReadonlySet<number> | undefined;
      readonly when: (call: RecordedCall) => boolean;
    }
  | {
      readonly kind: 'return';
      readonly numbers: ReadonlySet<number> | undefined;
      readonly when: (call: RecordedCall, result: CallResult) => boolean;
    }
  | { readonly kind: 'breakpoint'; readonly address: number; readonly when: () => boolean }
  | {
      readonly kind: 'watchpoint';
      readonly address: number;
      readonly physical?: number;
      readonly length: number;
      readonly access: 'read' | 'write' | 'access';
      readonly when: () => boolean;
    }
  | {
      readonly kind: 'fault';
      readonly vectors: ReadonlySet<number> | undefined;
      readonly when: (fault: FaultFrame) => boolean;
    }
  | { readonly kind: 'instructions'; readonly at: number };

export interface StopPoint {
  /** Counts from 1; never used twice in a session. */
  readonly id: number;
  readonly spec: StopSpec;
  readonly resolved: ResolvedStop;
  /** For people, such as `call mmap`. */
  readonly text: string;
  readonly enabled: boolean;
  /** Removed when it is met. */
  readonly once: boolean;
  /** How often it stopped the guest. */
  readonly hits: number;
}

export interface StopPointOptions {
  readonly once?: boolean;
  /** For people; made from the spec when not given. */
  readonly text?: string;
}

/** Looks up what a user names. Both throw {@link InputError} for what there is not. */
export interface Places {
  /** The address of a location, and the process it is limited to because of its name. */
  place(location: Location): { readonly address: number; readonly process?: ProcessName };
  /** Tells, while the guest runs, whether a process does. */
  isIn(process: ProcessName): () => boolean;
}

const DEFAULT_WATCH_LENGTH = 4;
const ADDRESS_SPACE = 2 ** 32;
const always = (): boolean => true;

/** Turns what a caller wrote into what can be watched for. Calls have the numbers of the guest's era. */
export function resolveStop(spec: StopSpec, places: Places, era: EraName): ResolvedStop {
  const { kind } = spec;
  switch (kind) {
    case 'call':
      return { kind, numbers: selectCalls(spec.calls, era), when: limited(spec, places) };
    case 'return':
      return { kind, numbers: selectCalls(spec.calls, era), when: limited(spec, places) };
    case 'breakpoint': {
      const { address, process } = places.place(spec.at);
      return { kind, address, when: limited(spec, places, process) };
    }
    case 'watchpoint': {
      const length = spec.length ?? DEFAULT_WATCH_LENGTH;
      if (!Number.isInteger(length) || length < 1 || length > 4096) {
        throw new InputError(`a range of ${length} bytes cannot be watched: give 1 to 4096`);
      }
      const { address, process } = places.place(spec.at);
      if (address + length > ADDRESS_SPACE) {
        throw new InputError(`${length} bytes at ${hex(address)} reach beyond 4 GiB: give fewer`);
      }
      return {
        kind,
        address,
        ...(spec.physical === undefined ? {} : { physical: spec.physical }),
        length,
        access: spec.access,
        when: limited(spec, places, process),
      };
    }
    case 'fault':
      return {
        kind,
        vectors: spec.vectors === undefined ? undefined : new Set(spec.vectors),
        when: limited(spec, places),
      };
    case 'instructions':
      return spec;
  }
}

/** The condition of a stop, and that the process runs which it is limited to. */
function limited<Seen extends readonly unknown[]>(
  { when = always, process: wanted }: InProcess & { readonly when?: (...seen: Seen) => boolean },
  places: Places,
  byName?: ProcessName,
): (...seen: Seen) => boolean {
  const process = wanted ?? byName;
  if (process === undefined) return when;
  const runs = places.isIn(process);
  return (...seen) => runs() && when(...seen);
}

const locationText = (location: Location): string =>
  typeof location === 'number' ? hex(location) : location;
const callsText = (calls: CallSelector): string =>
  typeof calls === 'object' ? calls.join(',') : String(calls);

function specText(spec: StopSpec): string {
  return spec.process === undefined ? whatText(spec) : `${whatText(spec)} in ${spec.process}`;
}

function whatText(spec: StopSpec): string {
  switch (spec.kind) {
    case 'call':
      return `call ${callsText(spec.calls)}`;
    case 'return':
      return `return of ${callsText(spec.calls)}`;
    case 'breakpoint':
      return `break ${locationText(spec.at)}`;
    case 'watchpoint':
      return `${spec.access} of ${spec.length ?? DEFAULT_WATCH_LENGTH} bytes at ${locationText(spec.at)}`;
    case 'fault':
      return spec.vectors === undefined ? 'any fault' : `fault ${spec.vectors.join(',')}`;
    case 'instructions':
      return `instruction ${spec.at}`;
  }
}

export class StopPoints {
  readonly #places: Places;
  readonly #era: () => EraName;
  #points: readonly StopPoint[] = [];
  #next = 1;
  /** What single steps could meet: of the kinds that any of them may, of those at kernel calls, and of counts. */
  #seen = { anywhere: false, atCalls: false, counts: new Set<number>() };

  /** @param era That of the guest. */
  constructor(places: Places, era: () => EraName) {
    this.#places = places;
    this.#era = era;
  }

  get all(): readonly StopPoint[] {
    return this.#points;
  }

  get enabled(): readonly StopPoint[] {
    return this.#points.filter((point) => point.enabled);
  }

  /**
   * True if a point could be met by the single step from an instruction count. Breakpoints cannot: a step ends before the instruction
   * it comes to.
   *
   * @param entersOrLeaves Whether the instruction may be one that enters the kernel or leaves it.
   */
  maySeeStep(position: number, entersOrLeaves: () => boolean): boolean {
    const { anywhere, atCalls, counts } = this.#seen;
    return anywhere || counts.has(position + 1) || (atCalls && entersOrLeaves());
  }

  /** Adds a point, switched on. Throws {@link InputError} for a call or symbol that does not exist. */
  add(spec: StopSpec, options: StopPointOptions = {}): StopPoint {
    const point: StopPoint = {
      id: this.#next++,
      spec,
      resolved: resolveStop(spec, this.#places, this.#era()),
      text: options.text ?? specText(spec),
      enabled: true,
      once: options.once ?? false,
      hits: 0,
    };
    this.#set([...this.#points, point]);
    return point;
  }

  get(id: number): StopPoint | undefined {
    return this.#points.find((point) => point.id === id);
  }

  /** @returns False when there is no such point. */
  remove(id: number): boolean {
    const before = this.#points.length;
    this.#set(this.#points.filter((point) => point.id !== id));
    return this.#points.length < before;
  }

  removeAll(): void {
    this.#set([]);
  }

  /** @returns False when there is no such point. */
  enable(id: number, enabled: boolean): boolean {
    return this.#update(id, { enabled });
  }

  /** Notes that a point stopped the guest. */
  met(id: number): void {
    const point = this.get(id);
    if (point === undefined) return;
    if (point.once) this.remove(id);
    else this.#update(id, { hits: point.hits + 1 });
  }

  #update(id: number, change: Partial<StopPoint>): boolean {
    if (this.get(id) === undefined) return false;
    this.#set(this.#points.map((point) => (point.id === id ? { ...point, ...change } : point)));
    return true;
  }

  #set(points: readonly StopPoint[]): void {
    this.#points = points;
    const resolved = this.enabled.map((point) => point.resolved);
    this.#seen = {
      anywhere: resolved.some(({ kind }) => kind === 'watchpoint' || kind === 'fault'),
      atCalls: resolved.some(({ kind }) => kind === 'call' || kind === 'return'),
      counts: new Set(resolved.flatMap((one) => (one.kind === 'instructions' ? [one.at] : []))),
    };
  }
}
