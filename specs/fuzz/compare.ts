/** Compares what two runs of a case came to, and says where they first part. */

import { caseText, type Case, type Item } from './case.ts';
import { disassemble } from './instructions.ts';
import { At, Size, WORLD } from './layout.ts';
import { type Observation, REFERENCE, WAYS } from './ways.ts';

const REGISTERS = ['esp', 'edi', 'esi', 'ebp', '(esp)', 'ebx', 'edx', 'ecx', 'eax', 'eflags'];
const FAULT = [
  'vector',
  'error',
  'address',
  'eip',
  'eflags',
  'esp',
  'edi',
  'esi',
  'ebp',
  '',
  'ebx',
  'edx',
  'ecx',
  'eax',
];
const hex = (value: number): string => `0x${value.toString(16)}`;

/** The words of a part of the world. */
function words(world: Uint8Array, address: number, length: number): Uint32Array {
  return new Uint32Array(world.slice(address - WORLD, address - WORLD + length).buffer);
}

/** Names of the words that differ in the first of the entries that do. */
function firstEntry(one: Uint32Array, other: Uint32Array, from: number, names: readonly string[]): string {
  return names
    .map((name, i) => [name, one[from + i] ?? 0, other[from + i] ?? 0] as const)
    .filter(([, a, b]) => a !== b)
    .map(([name, a, b]) => `${name} ${hex(a)} and ${hex(b)}`)
    .join(', ');
}

/** Where the worlds of two runs first differ, in the words of the one who reads it. */
export function worldDifference(one: Uint8Array, other: Uint8Array): string | undefined {
  const rounds = [one, other].map((world) => words(world, At.rounds, Size.rounds));
  const [a = new Uint32Array(), b = new Uint32Array()] = rounds;
  const perRound = Size.roundsEntry / 4;
  for (let round = 1; round * perRound <= a.length; round++) {
    const from = a.length - round * perRound;
    const text = firstEntry(a, b, from, REGISTERS);
    if (text !== '') return `round ${round}: ${text}`;
  }
  const fx = firstByte(one, other, At.fxRounds, Size.fxRounds);
  if (fx !== undefined)
    return `FXSAVE of round ${Math.floor(fx / Size.fxEntry) + 1}, byte ${fx % Size.fxEntry}: ${bytesAt(one, At.fxRounds + fx)} and ${bytesAt(other, At.fxRounds + fx)}`;
  const faults = [one, other].map((world) => words(world, At.faults, Size.faults));
  const [x = new Uint32Array(), y = new Uint32Array()] = faults;
  for (let from = 0; from < x.length; from += Size.faultsEntry / 4) {
    const text = firstEntry(x, y, from, FAULT);
    if (text !== '') return `fault ${from / (Size.faultsEntry / 4) + 1} at ${hex(x[from + 3] ?? 0)}: ${text}`;
  }
  const any = firstByte(one, other, WORLD, Size.world);
  return any === undefined
    ? undefined
    : `memory at ${hex(WORLD + any)}: ${bytesAt(one, WORLD + any)} and ${bytesAt(other, WORLD + any)}`;
}

function firstByte(one: Uint8Array, other: Uint8Array, address: number, length: number): number | undefined {
  const start = address - WORLD;
  const [a, b] = [one, other].map((world) => Buffer.from(world.subarray(start, start + length)));
  if (a === undefined || b === undefined || a.equals(b)) return undefined;
  return a.findIndex((byte, i) => byte !== b[i]);
}

const bytesAt = (world: Uint8Array, address: number): string =>
  Buffer.from(world.subarray(address - WORLD, address - WORLD + 16)).toString('hex');

/** How the observation of a way differs from the reference; undefined where it does not. */
export function difference(reference: Observation, seen: Observation): string | undefined {
  if (seen.stop !== reference.stop) return `ends with ${seen.stop} instead of ${reference.stop}`;
  const world = worldDifference(reference.world, seen.world);
  const counts =
    seen.instructions === reference.instructions
      ? ''
      : `${seen.instructions} instructions instead of ${reference.instructions}`;
  if (world !== undefined) return [world, counts].filter((text) => text !== '').join('; ');
  if (counts !== '') return counts;
  return seen.digest === reference.digest ? undefined : 'the state of the processor at the end';
}

/** A way in which a case did not do the same. */
export interface Difference {
  readonly way: string;
  readonly text: string;
}

/** Runs a case by the ways named, all when none are; the first that differs. */
export async function compareWays(
  one: Case,
  names: readonly string[] = Object.keys(WAYS),
): Promise<Difference | undefined> {
  const reference = await REFERENCE(one, 0);
  // whatever a program does, the machine goes on
  if (reference.stop.startsWith('crash')) return { way: 'interpreted', text: reference.stop };
  for (const name of names) {
    const way = WAYS[name];
    if (way === undefined) throw new RangeError(`no way ${name}`);
    const text = difference(reference, await way(one, reference.instructions));
    if (text !== undefined) return { way: name, text };
  }
  return undefined;
}

/** What an item says. */
export const explainItem = (item: Item): string =>
  disassemble(
    Uint8Array.from(item.flatMap((part) => (typeof part === 'number' ? [part] : zeros(part.kind)))),
  );

/** The case as text for a spec, each item with what it says. */
export const explainedCase = (one: Case): string => caseText(one, explainItem);
const zeros = (kind: string): number[] => new Array<number>(kind === 'rel8' ? 1 : 4).fill(0);
