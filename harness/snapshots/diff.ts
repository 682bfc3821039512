/**
 * What tells two snapshots apart: origin, registers, devices, monitor, memory by page.
 *
 * What must hold: no difference, no line. Two snapshots without one go on alike to the last bit, save that memory the
 * processor remembers the place of (its translations) is compared too, under `processor`.
 */
import { createMachine, serializeImage, type Machine, type SerializedPage } from '../../emulator/index.ts';
import { addressMap, PAGE_SIZE } from '../../images/abi/memory-map.ts';
import type { GuestSnapshot } from '../guest/guest-snapshot.ts';
import { identityDifferences } from '../guest/identity.ts';
import { wallClock } from '../guest/wall-clock.ts';
import { contentsOf } from './guest-contents.ts';
import type { PlainData } from './plain-data.ts';
import { registerValues } from './register-values.ts';

/** A named value that differs. `path` is for people: `eip`, `pit.channels.0.reload`, `streams.stdout`. */
export interface ValueDifference {
  readonly path: string;
  readonly a: string;
  readonly b: string;
}

/** A page of guest memory that differs. */
export interface PageDifference {
  /** Physical address of the page. */
  readonly physical: number;
  /** Where the page tables of B map it, user space first; undefined when they do not. */
  readonly linear?: number;
  /** Bytes that differ. */
  readonly bytes: number;
  /** Offsets in the page of the first and last byte that differs. */
  readonly first: number;
  readonly last: number;
  /** Where the first of them is, by symbol, where an ELF names one. */
  readonly symbol?: string;
}

export interface SnapshotDifference {
  /** One line each: kernel, program, volume, options. */
  readonly origin: readonly string[];
  readonly registers: readonly ValueDifference[];
  /** Devices, time, alarms. */
  readonly devices: readonly ValueDifference[];
  readonly monitor: readonly ValueDifference[];
  /** Ascending by physical address. */
  readonly pages: readonly PageDifference[];
}

/** Symbols for {@link PageDifference.symbol}; GuestSymbols is one. */
export interface AddressNames {
  describe(address: number): string | undefined;
}

/** Compares two snapshots. Both are looked at in a machine made for it, and neither changes. */
export async function diffSnapshots(
  a: GuestSnapshot,
  b: GuestSnapshot,
  names?: AddressNames,
): Promise<SnapshotDifference> {
  const [contentsA, contentsB] = [contentsOf(a), contentsOf(b)];
  const lookedAt = await Promise.all([look(a), look(b)]);
  return {
    origin: identityDifferences(a.identity, b.identity),
    registers: compareValues(lookedAt[0].registers, lookedAt[1].registers),
    devices: compareValues(withoutMemory(contentsA.machine), withoutMemory(contentsB.machine)),
    monitor: compareValues(withoutHistory(contentsA.monitor), withoutHistory(contentsB.monitor)),
    pages: comparePages(serializeImage(a.machine).pages, serializeImage(b.machine).pages).map((page) =>
      locate(page, lookedAt[1].linear, names),
    ),
  };
}

/** True when nothing differs. */
export function isEmptyDifference(difference: SnapshotDifference): boolean {
  return Object.values(difference).every((list: readonly unknown[]) => list.length === 0);
}

interface Look {
  readonly registers: Readonly<Record<string, PlainData>>;
  /** Linear address by physical page number. */
  readonly linear: ReadonlyMap<number, number>;
}

/** What only a machine can tell of an image. */
async function look(snapshot: GuestSnapshot): Promise<Look> {
  const { memoryBytes, state } = serializeImage(snapshot.machine);
  const machine = await createMachine({
    memoryMiB: memoryBytes / 2 ** 20,
    instructionsPerMicrosecond: state.ticksPerMicrosecond,
    wallClock,
  });
  try {
    machine.restore(snapshot.machine);
    return { registers: registerValues(machine.registers), linear: linearByPage(machine) };
  } finally {
    machine.dispose();
  }
}

function linearByPage(machine: Machine): Map<number, number> {
  const byPage = new Map<number, number>();
  for (const { linear, physical, size } of machine.linear.mappings()) {
    for (let offset = 0; offset < size; offset += PAGE_SIZE) {
      const page = (physical + offset) / PAGE_SIZE;
      // The kernel maps all memory; who it belongs to is the program's mapping, if there is one.
      if (!byPage.has(page) || linear >= addressMap.userBase) byPage.set(page, linear + offset);
    }
  }
  return byPage;
}

/** What registers already tell in words is not told again in bytes. */
function withoutMemory(machine: PlainData): PlainData {
  const { surroundings } = machine as Readonly<Record<string, PlainData>>;
  return surroundings ?? null;
}

/** How many kernel calls there were tells snapshots apart; the list of the last ones would only repeat it. */
function withoutHistory(guestState: PlainData): PlainData {
  const { monitor, unreadInput, calls } = guestState as Readonly<Record<string, PlainData>>;
  const { count } = calls as Readonly<Record<string, PlainData>>;
  return { monitor: monitor ?? null, unreadInput: unreadInput ?? null, kernelCalls: count ?? null };
}

/** The leaves in which two trees of plain data differ. */
function compareValues(a: PlainData | undefined, b: PlainData | undefined, path = ''): ValueDifference[] {
  const [treeA, treeB] = [branches(a), branches(b)];
  if (treeA === undefined || treeB === undefined) {
    const [one, other] = [showValue(a), showValue(b)];
    return isSame(a, b) ? [] : [{ path, a: one, b: other }];
  }
  const keys = new Set([...Object.keys(treeA), ...Object.keys(treeB)]);
  return [...keys].flatMap((key) =>
    compareValues(treeA[key], treeB[key], path === '' ? key : `${path}.${key}`),
  );
}

function branches(data: PlainData | undefined): Readonly<Record<string, PlainData>> | undefined {
  if (typeof data !== 'object' || data === null || data instanceof Uint8Array) return undefined;
  return data as Readonly<Record<string, PlainData>>;
}

function isSame(a: PlainData | undefined, b: PlainData | undefined): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.from(a).equals(b);
  return Object.is(a, b);
}

/** Text of at most this many bytes is shown whole, longer text by its end. */
const SHOWN_BYTES = 60;

function showValue(value: PlainData | undefined): string {
  if (value instanceof Uint8Array) {
    const text = Buffer.from(value.subarray(Math.max(0, value.length - SHOWN_BYTES))).toString('utf8');
    return `${value.length} bytes${value.length === 0 ? '' : ` ending ${JSON.stringify(text)}`}`;
  }
  if (value === undefined) return 'nothing';
  if (typeof value === 'bigint') return value.toString();
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const ZERO_PAGE = new Uint8Array(PAGE_SIZE);

function comparePages(a: Iterable<SerializedPage>, b: Iterable<SerializedPage>): PageDifference[] {
  const inA = new Map(Array.from(a, ({ number, bytes }) => [number, bytes]));
  const inB = new Map(Array.from(b, ({ number, bytes }) => [number, bytes]));
  const numbers = [...new Set([...inA.keys(), ...inB.keys()])].sort((one, other) => one - other);
  return numbers.flatMap((number) => {
    const [one, other] = [inA.get(number) ?? ZERO_PAGE, inB.get(number) ?? ZERO_PAGE];
    // Pages that nobody wrote between two snapshots are one and the same object.
    return one === other ? [] : comparePage(number, one, other);
  });
}

function comparePage(number: number, a: Uint8Array, b: Uint8Array): PageDifference[] {
  const offsets: number[] = [];
  for (let offset = 0; offset < PAGE_SIZE; offset += 1) if (a[offset] !== b[offset]) offsets.push(offset);
  const [first] = offsets;
  const last = offsets.at(-1);
  if (first === undefined || last === undefined) return [];
  return [{ physical: number * PAGE_SIZE, bytes: offsets.length, first, last }];
}

function locate(
  page: PageDifference,
  linearByPhysical: ReadonlyMap<number, number>,
  names: AddressNames | undefined,
): PageDifference {
  const linear = linearByPhysical.get(page.physical / PAGE_SIZE);
  if (linear === undefined) return page;
  const symbol = names?.describe(linear + page.first);
  return { ...page, linear, ...(symbol === undefined ? {} : { symbol }) };
}
