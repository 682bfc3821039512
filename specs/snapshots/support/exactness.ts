/**
 * How exactness is checked: the end of a run, told in everything that could differ, and the ways to get from a snapshot
 * to that end.
 */
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { digestImage } from '../../../emulator/index.ts';
import { boot, restoreSnapshot, saveSnapshot } from '../../../harness/index.ts';
import type { BootOptions, Guest, GuestSnapshot, Stop } from '../../../harness/index.ts';
import { compileProgram } from '../../../images/index.ts';

/** Everything that a run leaves behind. Plain JSON, so that another process can tell it. */
export interface End {
  readonly outcome: string;
  readonly output: string;
  readonly errorOutput: string;
  readonly console: string;
  readonly instructions: number;
  readonly virtualNanoseconds: number;
  readonly kernelCalls: number;
  /** Of all memory, registers and devices. */
  readonly digest: string;
}

export function endOf(guest: Guest, stop: Stop): End {
  return {
    outcome: stop.kind === 'exit' ? `exit ${stop.status}` : stop.kind,
    output: guest.output,
    errorOutput: guest.errorOutput,
    console: guest.console,
    instructions: guest.machine.instructions,
    virtualNanoseconds: guest.machine.virtualNanoseconds,
    kernelCalls: guest.calls.count,
    digest: digestImage(guest.machine.capture({ compiled: false })),
  };
}

/** Lets a guest run to its end and disposes of it. */
export async function finish(guest: Guest): Promise<End> {
  try {
    return endOf(guest, await guest.runToEnd());
  } finally {
    guest.dispose();
  }
}

/** Compiles one of images/programs/snapshots/ and gives the path of its ELF. */
export async function snapshotProgram(name: string): Promise<string> {
  const folder = fileURLToPath(new URL('../../../images/programs/snapshots/', import.meta.url));
  const { elf } = await compileProgram({
    sources: [`${folder}${name}.c`],
    flags: ['-O1', '-msse2', '-Wall', '-Wextra', '-Werror'],
  });
  return elf.path;
}

/** A run that is captured at every kernel call and goes on each time. */
export interface CapturedRun {
  readonly snapshots: readonly GuestSnapshot[];
  /** The guest at its end, not disposed of. */
  readonly guest: Guest;
  readonly end: End;
}

export async function captureAtEveryCall(options: BootOptions): Promise<CapturedRun> {
  const guest = await boot(options);
  const snapshots: GuestSnapshot[] = [];
  let stop = guest.runToKernelCall('all');
  while (stop.kind === 'kernel-call') {
    snapshots.push(guest.capture());
    stop = guest.runToKernelCall('all');
  }
  return { snapshots, guest, end: endOf(guest, stop) };
}

/** Snapshots at instruction counts, which must ascend. */
export async function captureAt(options: BootOptions, counts: readonly number[]): Promise<GuestSnapshot[]> {
  const guest = await boot(options);
  const snapshots: GuestSnapshot[] = [];
  for (const count of counts) {
    guest.runToInstruction(count);
    snapshots.push(guest.capture());
  }
  guest.dispose();
  return snapshots;
}

/** Ends of snapshots that are restored one after another into the same guest, last one first. */
export async function endsInSameMachine(
  guest: Guest,
  snapshots: readonly GuestSnapshot[],
): Promise<readonly End[]> {
  const ends: End[] = [];
  for (const snapshot of snapshots.toReversed()) {
    guest.restore(snapshot, 'continue', { compiled: 'keep' });
    ends.push(endOf(guest, await guest.runToEnd()));
  }
  return ends;
}

/** Ends of snapshots that are each restored into a machine of their own. */
export async function endsInNewMachines(snapshots: readonly GuestSnapshot[]): Promise<readonly End[]> {
  const ends: End[] = [];
  for (const snapshot of snapshots) ends.push(await finish(await restoreSnapshot(snapshot)));
  return ends;
}

const CHILD = fileURLToPath(new URL('restore-files.ts', import.meta.url));

/** Ends of snapshots that are written to files and restored by another process, with their compiled code if asked for. */
export async function endsInAnotherProcess(
  folder: string,
  snapshots: readonly GuestSnapshot[],
  options: { readonly compiled?: boolean } = {},
): Promise<readonly End[]> {
  const paths: string[] = [];
  for (const [index, snapshot] of snapshots.entries()) {
    paths.push(`${folder}-${index}.snapshot`);
    await saveSnapshot(`${folder}-${index}.snapshot`, snapshot, options);
  }
  return await endsOfFiles(paths, options.compiled);
}

/** Ends of snapshot files that another process restores. */
export async function endsOfFiles(paths: readonly string[], trustCompiled = false): Promise<readonly End[]> {
  const { stdout } = await execa(process.execPath, ['--import', 'tsx', CHILD], {
    input: JSON.stringify({ paths, trustCompiled }),
  });
  return JSON.parse(stdout) as End[];
}
