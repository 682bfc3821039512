/**
 * The two files in which nanvixd keeps a snapshot: `snapshots/STEM.vmem`, all of memory, and `snapshots/STEM.kvm.json`, which is CBOR
 * in spite of its name. STEM is that of the kernel's file.
 *
 * The memory file is laid out as the real one. The state of the processor in the other file is ours: the real one holds structures of
 * KVM, which no emulator can take. So each of the two refuses what the other has saved. What must hold: the two files belong together.
 *
 * Source: ABI reference for Era M, "Snapshot".
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, parse } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { decode, encode } from 'cborg';
import { InputError } from '../../guest/errors.ts';
import type { GuestSnapshot } from '../../guest/guest-snapshot.ts';
import { exportVmem } from '../../snapshots/export-vmem.ts';
import { loadSnapshot, saveSnapshot } from '../../snapshots/guest-file.ts';

/** The folder, in the working directory. Nanvix's test runner makes it; the monitor does not. */
const FOLDER = 'snapshots';
/** Says that a CBOR file is ours. */
const FORMAT = 'nanvix-v86 snapshot';

/** What our CBOR file holds. */
interface State {
  readonly format: string;
  /** SHA-256 of the memory file, in hex. */
  readonly vmem: string;
  /** A snapshot file of ours. */
  readonly snapshot: Uint8Array;
}

interface Paths {
  readonly vmem: string;
  readonly state: string;
}

function pathsOf(kernel: string): Paths {
  const { name } = parse(kernel);
  return { vmem: join(FOLDER, `${name}.vmem`), state: join(FOLDER, `${name}.kvm.json`) };
}

/**
 * Saves a guest under the stem of its kernel's file.
 *
 * @throws InputError where there is no folder `snapshots`, SnapshotError where a file cannot be written.
 */
export async function saveFiles(kernel: string, snapshot: GuestSnapshot): Promise<void> {
  await access(FOLDER).catch(() => {
    throw new InputError(`the folder ${FOLDER} does not exist here: make it, nanvixd does not either`);
  });
  const paths = pathsOf(kernel);
  await exportVmem(paths.vmem, snapshot);
  await withScratchFile(async (file) => {
    await saveSnapshot(file, snapshot);
    const state: State = {
      format: FORMAT,
      vmem: await digestOf(paths.vmem),
      snapshot: await readFile(file),
    };
    await writeFile(paths.state, encode(state));
  });
}

/**
 * The guest that was saved under the stem of a file.
 *
 * @throws InputError for files that are missing, another monitor's, or not of one snapshot; SnapshotError for a damaged one.
 */
export async function loadFiles(file: string): Promise<GuestSnapshot> {
  const paths = pathsOf(file);
  const state = stateIn(paths.state, await readNamed(paths.state));
  if (state.vmem !== (await digestOf(paths.vmem)))
    throw new InputError(`${paths.vmem} and ${paths.state} are not of one snapshot: save it again`);
  return await withScratchFile(async (file) => {
    await writeFile(file, state.snapshot);
    return (await loadSnapshot(file)).snapshot;
  });
}

/** Hands over the name of a file that is gone afterwards. */
async function withScratchFile<Result>(use: (file: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'nanvixd-v86-'));
  try {
    return await use(join(folder, 'snapshot'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function stateIn(path: string, bytes: Uint8Array): State {
  let decoded: unknown;
  try {
    decoded = decode(bytes);
  } catch (error) {
    throw new InputError(`${path} is no CBOR (${(error as Error).message}): save the snapshot again`);
  }
  const { format, vmem, snapshot } = (decoded ?? {}) as Partial<State>;
  if (format !== FORMAT || typeof vmem !== 'string' || !(snapshot instanceof Uint8Array))
    throw new InputError(
      `${path} was not saved by nanvixd-v86: a snapshot of KVM cannot be restored in an emulator; save one here`,
    );
  return { format, vmem, snapshot };
}

async function readNamed(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new InputError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`);
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    throw new InputError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`);
  }
  return hash.digest('hex');
}
