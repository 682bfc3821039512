/**
 * Where the host's time goes while a guest runs: V8's sampling profiler, its samples sorted by what the emulator does in them.
 *
 * Unlike everything else that looks on, this is time: it differs from run to run and from host to host. The counts beside it do not,
 * but that they follow from what had been compiled before. It sees the thread that runs the guest; what V8 optimizes in threads of its
 * own is not in it.
 */
import { Session } from 'node:inspector/promises';
import type { Profiler } from 'node:inspector';
import { hostWorkKinds } from '../../../emulator/index.ts';
import type { HostWorkKinds } from '../../../emulator/index.ts';
import type { HostWork, WorkKind } from '../../../emulator/types.ts';
import type { Guest } from '../../guest/guest.ts';
import type { Deadlines } from '../../guest/options.ts';
import type { Stop } from '../../guest/stop.ts';

/** What the emulator does, then what is not the emulator's. */
export const HOST_TIME_KINDS = [
  'interpreted',
  'compiled',
  'compiling',
  'page look-ups',
  'x87',
  'memory slow path',
  'ports',
  'garbage collection',
  'other',
] as const satisfies readonly (WorkKind | 'garbage collection' | 'other')[];
export type HostTimeKind = (typeof HOST_TIME_KINDS)[number];

export interface HostProfile {
  /** Of the thread that runs the guest, waiting left out. */
  readonly milliseconds: number;
  /** The part of that time that each kind took; they add up to 1. */
  readonly shares: Readonly<Record<HostTimeKind, number>>;
  /** Instructions that the guest executed meanwhile. */
  readonly instructions: number;
  /** Of those, the ones interpreted, and how often what was entered. */
  readonly work: HostWork;
  /** Why the guest came back. */
  readonly end: Stop;
}

const SAMPLING_MICROSECONDS = 500;
const MICROSECONDS_PER_MILLISECOND = 1000;

/** Runs a guest to its end, or a deadline, with V8's profiler on. */
export async function profileHost(guest: Guest, deadlines: Deadlines = {}): Promise<HostProfile> {
  const { machine } = guest;
  const kinds = hostWorkKinds();
  const before = { instructions: machine.instructions, work: machine.hostWork };
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: SAMPLING_MICROSECONDS });
    await session.post('Profiler.start');
    const end = await guest.runToEnd(deadlines);
    const { profile } = await session.post('Profiler.stop');
    const { interpreted, stretches, entries } = machine.hostWork;
    return {
      ...sorted(profile, kinds),
      instructions: machine.instructions - before.instructions,
      work: {
        interpreted: interpreted - before.work.interpreted,
        stretches: stretches - before.work.stretches,
        entries: entries - before.work.entries,
      },
      end,
    };
  } finally {
    session.disconnect();
  }
}

/** Sorts the samples of a profile. */
function sorted(
  profile: Profiler.Profile,
  kinds: HostWorkKinds,
): Pick<HostProfile, 'milliseconds' | 'shares'> {
  const kindOf = kindOfNodes(profile.nodes, kinds);
  const times = Object.fromEntries(HOST_TIME_KINDS.map((kind) => [kind, 0])) as Record<HostTimeKind, number>;
  const { samples = [], timeDeltas = [] } = profile;
  for (const [at, id] of samples.entries()) {
    const kind = kindOf.get(id);
    // a sample stands for the time up to the next one
    if (kind !== undefined) times[kind] += Math.max(0, timeDeltas[at + 1] ?? 0);
  }
  const all = Object.values(times).reduce((sum, time) => sum + time, 0);
  for (const kind of HOST_TIME_KINDS) times[kind] = all === 0 ? 0 : times[kind] / all;
  return { milliseconds: all / MICROSECONDS_PER_MILLISECOND, shares: times };
}

const WASM_FUNCTION = /^wasm-function\[(\d+)\]$/;
const WASM_URL = 'wasm://';
const NOT_WORKING = new Set(['(idle)', '(root)']);

/** What each node of a profile is; nothing for one in which the thread waits. A node of which nothing is known works for its caller. */
function kindOfNodes(
  nodes: readonly Profiler.ProfileNode[],
  kinds: HostWorkKinds,
): Map<number, HostTimeKind | undefined> {
  const indexOf = ({ callFrame }: Profiler.ProfileNode): number =>
    Number(WASM_FUNCTION.exec(callFrame.functionName)?.[1] ?? -1);
  const v86 = nodes.find((node) => indexOf(node) === kinds.mainLoop)?.callFrame.url;
  const own = (node: Profiler.ProfileNode): HostTimeKind | undefined => {
    const { functionName, url } = node.callFrame;
    if (functionName === '(garbage collector)') return 'garbage collection';
    if (!url.startsWith(WASM_URL)) return kinds.ofImport(functionName);
    return url === v86 ? kinds.ofFunction(indexOf(node)) : 'compiled';
  };
  const found = new Map<number, HostTimeKind | undefined>();
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  for (const node of nodes) {
    const parent = found.get(parents.get(node.id) ?? -1);
    const waiting = NOT_WORKING.has(node.callFrame.functionName);
    found.set(node.id, waiting ? undefined : (own(node) ?? parent ?? 'other'));
  }
  return found;
}
