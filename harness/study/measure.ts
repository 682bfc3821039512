/**
 * Measures one row of the study. Everything but wall time is exact: the guest is run once to count instructions, calls and
 * phases and to look at its page tables, and then again and again for the clock.
 */
import { readFileSync } from 'node:fs';
import { addressMap } from '../../images/abi/memory-map.ts';
import { ensureImages } from '../../images/index.ts';
import type { Images } from '../../images/index.ts';
import { dumpGuest, dumpOf } from '../dump/index.ts';
import { boot } from '../guest/boot.ts';
import { parseElf } from '../guest/elf/load-segments.ts';
import { GuestStateError } from '../guest/errors.ts';
import type { Guest } from '../guest/guest.ts';
import type { GuestSnapshot } from '../guest/guest-snapshot.ts';
import { HELLO } from '../guest/hello.ts';
import type { BootOptions } from '../guest/options.ts';
import { PhaseWatch, stepToExit } from '../look/profile/index.ts';
import type { ExactFigures, Phase, Spread } from './report/index.ts';
import { wallClock } from '../guest/wall-clock.ts';
import { medianOf } from './median.ts';
import type { StudyRow } from './row.ts';
import { studyVolume } from './volume.ts';

const PAGE = 4096;
/** What the guest calls a dumped program. */
const DUMPED_NAME = 'python.elf';
const EXPECTED = 'CPYTHON_TEST_HELLO: Hello from Python';

/** A row whose images are built: how to boot it, and what it is made of. */
export interface ReadyRow {
  readonly row: StudyRow;
  readonly images: Images;
  readonly ramfs: Uint8Array;
  readonly options: BootOptions;
  /** Of the program as it is booted. */
  readonly programBytes: number;
}

/** Builds what a row needs, unless it is given, and says how to boot it. */
export async function readyRow(row: StudyRow, built?: Images): Promise<ReadyRow> {
  const { run } = row;
  const images = built ?? (await ensureImages({ variant: row.build }));
  const ramfs = await studyVolume(row, images);
  const options: BootOptions = {
    program: HELLO.program,
    images,
    ramfs,
    args: ['-B', ...(run.site ? [] : ['-S']), ...run.pythonOptions, '/test_hello.py'],
    env: {
      PYTHONHOME: '/',
      PYTHONDONTWRITEBYTECODE: '1',
      ...(run.fixedHashSeed && { PYTHONHASHSEED: '0' }),
      ...(run.skipFinalization && { NANVIX_SKIP_FINALIZATION: '1' }),
      ...((run.fromSnapshot || run.dumped) && { NANVIX_SNAPSHOT: '1' }),
      ...run.environment,
    },
    ...(run.fromSnapshot && { kernelArguments: HELLO.kernelArguments }),
  };
  if (!run.dumped) return { row, images, ramfs, options, programBytes: images.python.elf.bytes };
  const program = await dumpProgram(row, options);
  return {
    row,
    images,
    ramfs,
    options: { ...options, program, programName: DUMPED_NAME },
    programBytes: program.length,
  };
}

async function dumpProgram(row: StudyRow, options: BootOptions): Promise<Uint8Array> {
  const guest = await boot(options);
  try {
    return dumpOf(await dumpGuest(guest), row.name).elf;
  } finally {
    guest.dispose();
  }
}

/** A guest at the start of what a row measures. */
interface Started {
  readonly guest: Guest;
  /** Where the guest started, if not at its reset. */
  readonly snapshot: GuestSnapshot | undefined;
}

async function start({ row, options }: ReadyRow): Promise<Started> {
  const guest = await boot(options);
  if (!row.run.fromSnapshot) return { guest, snapshot: undefined };
  const stop = guest.runToSnapshot();
  if (stop.kind !== 'kernel-call') {
    guest.dispose();
    throw new GuestStateError(`the variant ${row.name} makes no snapshot call`);
  }
  const snapshot = guest.capture();
  guest.restore(snapshot);
  return { guest, snapshot };
}

async function withStarted<Result>(
  ready: ReadyRow,
  use: (started: Started) => Promise<Result> | Result,
): Promise<Result> {
  const started = await start(ready);
  try {
    return await use(started);
  } finally {
    started.guest.dispose();
  }
}

function checkHello(row: StudyRow, guest: Guest): void {
  if (guest.monitor.exitStatus === 0 && guest.output.startsWith(EXPECTED)) return;
  throw new GuestStateError(
    `the variant ${row.name} does not say hello: it printed ${JSON.stringify(guest.output.slice(-200))}, ` +
      `standard error ${JSON.stringify(guest.errorOutput.slice(-400))}`,
  );
}

/** Linear addresses from which the program's instructions are fetched. */
interface CodeRange {
  readonly from: number;
  readonly to: number;
}

function codeRanges({ images }: ReadyRow): CodeRange[] {
  const elf = parseElf('program', readFileSync(images.python.elf.path));
  const bias = elf.type === 'dyn' ? addressMap.programBase : 0;
  return elf.body.programs
    .filter(({ type, flags }) => type === 'load' && flags['x'] === true)
    .map(({ vaddr, memsz }) => ({ from: vaddr + bias, to: vaddr + bias + memsz }));
}

const isIn = (ranges: readonly CodeRange[], address: number): boolean =>
  ranges.some(({ from, to }) => address >= (from & -PAGE) >>> 0 && address < to);

/**
 * Pages that the program has touched, by the accessed bits of its page tables. The kernel's own memory is mapped by large
 * pages, whose bits tell nothing of the 4 KiB in them. Pages of code hold nothing but code, so those were executed.
 */
function touchedPages(guest: Guest, code: readonly CodeRange[]): { all: number; code: number } {
  const all = new Set<number>();
  let executed = 0;
  for (const { linear, physical, size, accessed } of guest.machine.linear.mappings()) {
    if (!accessed || size !== PAGE) continue;
    all.add(physical);
    if (isIn(code, linear)) executed++;
  }
  return { all: all.size, code: executed };
}

/** Distinct pages of the program's code that a guest executes until its exit, by stepping through. */
function steppedCodePages(guest: Guest, code: readonly CodeRange[]): number {
  const executed = new Uint8Array(2 ** 20);
  stepToExit(guest, (address) => {
    executed[address >>> 12] = 1;
  });
  return executed.reduce((sum, flag, page) => sum + (isIn(code, page * PAGE) ? flag : 0), 0);
}

/** What one run of a row gives, the same on every machine. */
export interface ExactRun {
  readonly figures: ExactFigures;
  readonly phases: readonly Phase[];
}

/** @throws GuestStateError when the row does not say hello. */
export async function countRow(ready: ReadyRow): Promise<ExactRun> {
  const { row, ramfs } = ready;
  const code = codeRanges(ready);
  return await withStarted(ready, async ({ guest, snapshot }) => {
    const { machine, calls } = guest;
    const from = {
      instructions: machine.instructions,
      calls: calls.count,
      nanoseconds: machine.virtualNanoseconds,
    };
    const watch = new PhaseWatch(guest, snapshot === undefined ? {} : { first: 'restored' });
    await guest.runToEnd();
    checkHello(row, guest);
    const exact = {
      instructions: machine.instructions - from.instructions,
      kernelCalls: calls.count - from.calls,
      imageBytes: ready.programBytes + ramfs.length,
      virtualMs: (machine.virtualNanoseconds - from.nanoseconds) / 1e6,
    };
    const phases = watch.phases.map(({ name, from: begin, to }) => ({ name, from: begin, to }));
    if (snapshot === undefined) {
      const touched = touchedPages(guest, code);
      return { figures: { ...exact, pagesTouched: touched.all, codePages: touched.code }, phases };
    }
    // The accessed bits tell of the time before the snapshot too.
    guest.restore(snapshot);
    return { figures: { ...exact, pagesTouched: null, codePages: steppedCodePages(guest, code) }, phases };
  });
}

/** The pages of code of a row by stepping through it: slow, and what the accessed bits are held against. */
export async function countCodePagesByStepping(ready: ReadyRow): Promise<number> {
  return await withStarted(ready, ({ guest }) => steppedCodePages(guest, codeRanges(ready)));
}

/**
 * A row is run before its clock starts until it gets no faster: by then what it executes is compiled, and V8 has optimized most
 * of that. So many runs must have been no faster by more than this share, and so many at most are made.
 */
const SETTLED_RUNS = 6;
const FASTER = 0.02;
const MOST_WARMING_RUNS = 40;

/**
 * Takes the wall time of a row, run after run in one machine that keeps its code. Compiling is not in it: that would be more
 * than half of a boot, and would tell of the emulator, and of which rows happen to share a program, more than of the row.
 */
export class RowClock {
  readonly #ready: ReadyRow;
  readonly #times: number[] = [];
  #guest: Guest | undefined;
  #start: GuestSnapshot | undefined;

  constructor(ready: ReadyRow) {
    this.#ready = ready;
  }

  /** Boots the row and has its code compiled. */
  async warm(): Promise<void> {
    const { guest, snapshot } = await start(this.#ready);
    this.#guest = guest;
    this.#start = snapshot ?? guest.capture({ compiled: false });
    let fastest = Infinity;
    let settled = 0;
    for (let run = 0; run < MOST_WARMING_RUNS && settled < SETTLED_RUNS; run++) {
      const wallMs = await this.#time();
      settled = wallMs < fastest * (1 - FASTER) ? 0 : settled + 1;
      fastest = Math.min(fastest, wallMs);
    }
  }

  /** Runs the row once more, from its reset or its snapshot to its exit. */
  async sample(): Promise<void> {
    this.#times.push(await this.#time());
  }

  async #time(): Promise<number> {
    if (this.#guest === undefined || this.#start === undefined)
      throw new Error('the row has not been warmed');
    const startedAt = wallClock();
    this.#guest.restore(this.#start, 'continue', { compiled: 'keep' });
    await this.#guest.runToEnd();
    return wallClock() - startedAt;
  }

  get spread(): Spread {
    const times = this.#times;
    return { median: medianOf(times), low: Math.min(...times), high: Math.max(...times), runs: times.length };
  }

  dispose(): void {
    this.#guest?.dispose();
  }
}
