/**
 * The start-up study's rows, as data: one entry each. A row says what it changes against the reference; what it does not
 * name stays as the reference has it. To study something else, add a line.
 *
 * Source of the claims: the start-up work that this project reproduces ("optimize startup performance for
 * microvm/standalone mode"); they are single wall-clock figures of its authors' machine.
 */
import { referenceVariant } from '../../images/index.ts';
import type { Variant } from '../../images/index.ts';

/** What lies in the ramfs besides the script and what it needs to start. */
export type VolumeContent =
  /** Nothing. */
  | 'minimal'
  /** The whole standard library. */
  | 'full'
  /** The files that only the host needs: kernel and program. */
  | 'host-binaries';

/** How a build is run. */
export interface StudyRun {
  readonly volume: VolumeContent;
  /** Import `site` at start, that is, leave out `-S`. */
  readonly site: boolean;
  /** Fix the hash seed by `PYTHONHASHSEED=0`. */
  readonly fixedHashSeed: boolean;
  /** Leave the interpreter without tearing it down: see images/cpython/finalize.c for what is given up. */
  readonly skipFinalization: boolean;
}

/** What the reference says of the change that this row undoes or adds. */
export interface Claim {
  /** Milliseconds that the reference's side of the change is said to save. */
  readonly savesMs: number;
  /** Which side this row is: `before` gives the saving up, `after` has it. */
  readonly side: 'before' | 'after';
}

export interface StudyVariant {
  readonly name: string;
  readonly change: string;
  readonly build?: Partial<Omit<Variant, 'name'>>;
  readonly run?: Partial<StudyRun>;
  readonly claim?: Claim;
}

/** The reference's own "after": its flags, and `encodings` as sources in the ramfs. */
export const studyReference = {
  name: 'reference',
  change: 'the start-up work as it was merged: encodings as sources in the ramfs',
  build: { ...referenceVariant, name: 'study-reference', encodings: 'source' } satisfies Variant,
  run: {
    volume: 'minimal',
    site: false,
    fixedHashSeed: true,
    skipFinalization: false,
  } satisfies StudyRun,
} as const;

export const studyVariants: readonly StudyVariant[] = [
  // What the reference changed, each undone alone.
  {
    name: 'pie',
    change: 'position-independent, symbols exported',
    build: { link: 'pie' },
    claim: { savesMs: 20, side: 'before' },
  },
  {
    name: 'Os',
    change: 'compiled for size',
    build: { optimize: 'Os' },
    claim: { savesMs: 60, side: 'before' },
  },
  {
    name: 'frame-pointer',
    change: 'frame pointer kept',
    build: { framePointer: true },
    claim: { savesMs: 5, side: 'before' },
  },
  { name: 'unwind-tables', change: 'unwind tables kept', build: { unwindTables: true } },
  { name: 'lto', change: 'link-time optimization', build: { lto: true } },
  { name: 'doc-strings', change: 'doc strings kept', build: { docStrings: true } },
  { name: 'no-computed-gotos', change: 'byte code dispatched by a switch', build: { computedGotos: false } },
  { name: 'strip-debug', change: 'symbol table kept', build: { strip: 'debug' } },
  { name: 'site', change: 'without -S', run: { site: true }, claim: { savesMs: 10, side: 'before' } },
  { name: 'hash-seed', change: 'without PYTHONHASHSEED=0', run: { fixedHashSeed: false } },
  { name: 'full-ramfs', change: 'the whole standard library in the ramfs', run: { volume: 'full' } },
  { name: 'host-binaries', change: 'the host’s binaries in the ramfs', run: { volume: 'host-binaries' } },
  // Beyond the reference.
  { name: 'O2', change: 'compiled with -O2', build: { optimize: 'O2' } },
  { name: 'strip-none', change: 'not stripped at all', build: { strip: 'none' } },
  { name: 'pyc', change: 'encodings as byte code in the ramfs', build: { encodings: 'pyc' } },
  { name: 'frozen', change: 'encodings frozen into the program', build: { encodings: 'frozen' } },
  {
    name: 'ordered',
    change: 'frozen, functions ordered by use',
    build: { encodings: 'frozen', functionOrder: 'by-use' },
  },
  {
    name: 'size-classes',
    change: 'frozen, allocator with size classes',
    build: { encodings: 'frozen', allocator: 'size-classes' },
  },
  {
    name: 'no-finalization',
    change: 'frozen, interpreter not torn down',
    build: { encodings: 'frozen' },
    run: { skipFinalization: true },
  },
  // All at once.
  {
    name: 'before',
    change: 'everything as before the start-up work: PIE, -Os, LTO, site, all in the ramfs',
    build: {
      link: 'pie',
      optimize: 'Os',
      lto: true,
      framePointer: true,
      unwindTables: true,
      docStrings: true,
      strip: 'debug',
    },
    run: { volume: 'full', site: true, fixedHashSeed: false },
    claim: { savesMs: 150, side: 'before' },
  },
  {
    name: 'best',
    change: 'frozen, ordered, size classes, interpreter not torn down',
    build: { encodings: 'frozen', functionOrder: 'by-use', allocator: 'size-classes' },
    run: { skipFinalization: true },
  },
];

/** A row with everything filled in from the reference. */
export interface StudyRow {
  readonly name: string;
  readonly change: string;
  readonly build: Variant;
  readonly run: StudyRun;
  readonly claim: Claim | undefined;
}

export function studyRow(variant: StudyVariant): StudyRow {
  return {
    name: variant.name,
    change: variant.change,
    build: { ...studyReference.build, ...variant.build, name: variant.name },
    run: { ...studyReference.run, ...variant.run },
    claim: variant.claim,
  };
}
