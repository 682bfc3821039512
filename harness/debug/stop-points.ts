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

/** An address, or the name of a symbol of the program or the kernel. */
export type Location = number | string;

/** What to stop at. A `when` that answers false lets the guest go on. */
export type StopSpec =
  /** A kernel call, before the kernel sees it. */
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
  | { readonly kind: 'instructions'; readonly at: number };

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

/** Looks up an address. Throws {@link InputError} for a name that nothing has. */
export type Resolver = (location: Location) => number;

const DEFAULT_WATCH_LENGTH = 4;
const ADDRESS_SPACE = 2 ** 32;
const always = (): boolean => true;

/** Turns what a caller wrote into what can be watched for. Calls have the numbers of the guest's era. */
export function resolveStop(spec: StopSpec, resolve: Resolver, era: EraName): ResolvedStop {
  switch (spec.kind) {
    case 'call':
      return { kind: 'call', numbers: selectCalls(spec.calls, era), when: spec.when ?? always };
    case 'return':
      return { kind: 'return', numbers: selectCalls(spec.calls, era), when: spec.when ?? always };
    case 'breakpoint':
      return { kind: 'breakpoint', address: resolve(spec.at), when: spec.when ?? always };
    case 'watchpoint': {
      const length = spec.length ?? DEFAULT_WATCH_LENGTH;
      if (!Number.isInteger(length) || length < 1 || length > 4096) {
        throw new InputError(`a range of ${length} bytes cannot be watched: give 1 to 4096`);
      }
      const address = resolve(spec.at);
      if (address + length > ADDRESS_SPACE) {
        throw new InputError(`${length} bytes at ${hex(address)} reach beyond 4 GiB: give fewer`);
      }
      return {
        kind: 'watchpoint',
        address,
        ...(spec.physical === undefined ? {} : { physical: spec.physical }),
        length,
        access: spec.access,
        when: spec.when ?? always,
      };
    }
    case 'fault':
      return {
        kind: 'fault',
        vectors: spec.vectors === undefined ? undefined : new Set(spec.vectors),
        when: spec.when ?? always,
      };
    case 'instructions':
      return spec;
  }
}

const locationText = (location: Location): string =>
  typeof location === 'number' ? hex(location) : location;
const callsText = (calls: CallSelector): string =>
  typeof calls === 'object' ? calls.join(',') : String(calls);

function specText(spec: StopSpec): string {
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
  readonly #resolve: Resolver;
  readonly #era: () => EraName;
  #points: readonly StopPoint[] = [];
  #next = 1;
  #maySeeStep = false;

  /** @param era That of the guest. */
  constructor(resolve: Resolver, era: () => EraName) {
    this.#resolve = resolve;
    this.#era = era;
  }

  get all(): readonly StopPoint[] {
    return this.#points;
  }

  get enabled(): readonly StopPoint[] {
    return this.#points.filter((point) => point.enabled);
  }

  /** True if a point could be met by a single step. Breakpoints cannot: a step ends before the instruction it comes to. */
  get maySeeStep(): boolean {
    return this.#maySeeStep;
  }

  /** Adds a point, switched on. Throws {@link InputError} for a call or symbol that does not exist. */
  add(spec: StopSpec, options: StopPointOptions = {}): StopPoint {
    const point: StopPoint = {
      id: this.#next++,
      spec,
      resolved: resolveStop(spec, this.#resolve, this.#era()),
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
    this.#maySeeStep = this.enabled.some(({ resolved }) => resolved.kind !== 'breakpoint');
  }
}
