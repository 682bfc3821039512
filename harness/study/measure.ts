/**
 * Measures one row of the study. Everything but wall time is exact: the guest is run once to count calls and look at its
 * page tables, stepped once to see which pages it executes from, and then booted again and again for the clock.
 */
import { ensureImages, referenceVariant } from '../../images/index.ts';
import type { BuildEvent } from '../../images/index.ts';
import { boot } from '../boot.ts';
import { GuestStateError } from '../errors.ts';
import type { Guest } from '../guest.ts';
import { HELLO, bootHello, restoreHello } from '../hello.ts';
import type { BootOptions } from '../options.ts';
import { stepToExit } from '../profile/index.ts';
import type { Figures, Spread } from '../report/index.ts';
import { medianOf } from '../bench/figure.ts';
import { studyVolume } from './volume.ts';
import type { StudyRow } from './variants.ts';

const PAGE = 4096;
const EXPECTED = 'CPYTHON_TEST_HELLO: Hello from Python';

export interface MeasureOptions {
  /** Boots whose wall time is taken, after one whose is not. */
  readonly runs: number;
  readonly onProgress?: (event: BuildEvent) => void;
}

/** Builds what a row needs and says how to boot it. */
export async function bootOptionsOf(
  row: StudyRow,
  onProgress?: (event: BuildEvent) => void,
): Promise<{ options: BootOptions; imageBytes: number }> {
  const images = await ensureImages({ variant: row.build, ...(onProgress && { onProgress }) });
  const ramfs = await studyVolume(row, images);
  return {
    imageBytes: images.python.elf.bytes + ramfs.length,
    options: {
      program: HELLO.program,
      images,
      ramfs,
      args: ['-B', ...(row.run.site ? [] : ['-S']), '/test_hello.py'],
      env: {
        PYTHONHOME: '/',
        PYTHONDONTWRITEBYTECODE: '1',
        ...(row.run.fixedHashSeed && { PYTHONHASHSEED: '0' }),
        ...(row.run.skipFinalization && { NANVIX_SKIP_FINALIZATION: '1' }),
      },
    },
  };
}

async function withGuest<Result>(
  options: BootOptions,
  use: (guest: Guest) => Promise<Result> | Result,
): Promise<Result> {
  const guest = await boot(options);
  try {
    return await use(guest);
  } finally {
    guest.dispose();
  }
}

function checkHello(row: StudyRow, guest: Guest): void {
  if (guest.monitor.exitStatus === 0 && guest.output.startsWith(EXPECTED)) return;
  throw new GuestStateError(
    `the variant ${row.name} does not say hello: it printed ${JSON.stringify(guest.output.slice(-200))}, ` +
      `standard error ${JSON.stringify(guest.errorOutput.slice(-400))}`,
  );
}

/** What one boot of a row gives, the same on every machine. */
export interface ExactFigures {
  readonly instructions: number;
  readonly kernelCalls: number;
  readonly pagesTouched: number;
  readonly virtualMs: number;
}

/** @throws GuestStateError when the row does not say hello. */
export async function countRow(row: StudyRow, options: BootOptions): Promise<ExactFigures> {
  return await withGuest(options, async (guest) => {
    await guest.runToEnd();
    checkHello(row, guest);
    // The kernel's own memory is mapped by large pages, which tell nothing of the 4 KiB in them.
    const touched = new Set<number>();
    for (const { physical, size, accessed } of guest.machine.linear.mappings())
      if (accessed && size === PAGE) touched.add(physical);
    return {
      instructions: guest.machine.instructions,
      kernelCalls: guest.calls.count,
      pagesTouched: touched.size,
      virtualMs: guest.machine.virtualNanoseconds / 1e6,
    };
  });
}

/** Distinct 4 KiB pages of linear memory that instructions are fetched from until the guest exits, by stepping through. */
function countCodePages(guest: Guest): number {
  const { registers } = guest.machine;
  const executed = new Uint8Array(2 ** 20);
  stepToExit(guest, () => {
    executed[registers.get('eip') >>> 12] = 1;
  });
  return executed.reduce((sum, flag) => sum + flag, 0);
}

async function clock(options: BootOptions, runs: number): Promise<Spread> {
  const times: number[] = [];
  for (let i = 0; i <= runs; i++) {
    const wallMs = await withGuest(options, async (guest) => guest.result(await guest.runToEnd()).wallMs);
    if (i > 0) times.push(wallMs);
  }
  return { median: medianOf(times), low: Math.min(...times), high: Math.max(...times), runs };
}

/** All figures of a row's cold boot. */
export async function measureRow(row: StudyRow, settings: MeasureOptions): Promise<Figures> {
  const { options, imageBytes } = await bootOptionsOf(row, settings.onProgress);
  const exact = await countRow(row, options);
  const codePages = await withGuest(options, countCodePages);
  return { ...exact, codePages, imageBytes, wallMs: await clock(options, settings.runs) };
}

/** Hello with the default images, cold and restored from its snapshot. */
export async function measureRestored(
  settings: MeasureOptions,
): Promise<{ cold: Figures; restored: Figures }> {
  const row: StudyRow = {
    name: 'default',
    change: 'what the project builds by default',
    build: referenceVariant,
    run: { volume: 'minimal', site: false, fixedHashSeed: true, skipFinalization: false },
    claim: undefined,
  };
  const cold = await measureRow(row, settings);
  const images = await ensureImages();
  const hello = await bootHello({ images });
  try {
    const atSnapshot = hello.snapshot?.calls.count ?? 0;
    const times: number[] = [];
    let last = await restoreHello(hello);
    for (let i = 0; i < settings.runs; i++) {
      last = await restoreHello(hello);
      times.push(last.wallMs);
    }
    const kernelCalls = hello.guest.calls.count - atSnapshot;
    if (hello.snapshot !== undefined) hello.guest.restore(hello.snapshot);
    const restored: Figures = {
      ...cold,
      codePages: countCodePages(hello.guest),
      instructions: last.instructions,
      virtualMs: last.virtualMs,
      kernelCalls,
      wallMs: {
        median: medianOf(times),
        low: Math.min(...times),
        high: Math.max(...times),
        runs: settings.runs,
      },
    };
    return { cold, restored };
  } finally {
    hello.guest.dispose();
  }
}
