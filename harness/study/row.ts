/**
 * What a row of the start-up study is, and how it is filled in: a variant says what it changes against the reference,
 * and all it does not name stays as the reference has it.
 */
import { referenceVariant } from '../../images/index.ts';
import type { Variant } from '../../images/index.ts';
import type { Claim } from './claim.ts';

/** How a build is run. */
export interface StudyRun {
  /** How much of the standard library lies in the ramfs: what the start needs, or all of it. */
  readonly library: 'needed' | 'whole';
  /** Whether kernel and program, which only the host needs, lie in the ramfs too. */
  readonly hostBinaries: boolean;
  /** Import `site` at start, that is, leave out `-S`. */
  readonly site: boolean;
  /** Fix the hash seed by `PYTHONHASHSEED=0`. */
  readonly fixedHashSeed: boolean;
  /** Leave the interpreter without tearing it down: see images/cpython/finalize.c for what is given up. */
  readonly skipFinalization: boolean;
  /** Measure the run from the snapshot after `Py_Initialize` instead of the cold boot. */
  readonly fromSnapshot: boolean;
  /** Start from the program as it was dumped after `Py_Initialize`: an ELF file, which any kernel boots. */
  readonly dumped: boolean;
  /** Further options of Python's command line, such as `-I`; no spaces. */
  readonly pythonOptions: readonly string[];
  /** Further environment variables. */
  readonly environment: Readonly<Record<string, string>>;
}

/** One line of the study. */
export interface StudyVariant {
  readonly name: string;
  /** What is different from the reference, in words. */
  readonly change: string;
  readonly build?: Partial<Omit<Variant, 'name'>>;
  readonly run?: Partial<StudyRun>;
  readonly claim?: Claim;
}

/** A row with everything filled in from the reference. */
export interface StudyRow {
  readonly name: string;
  readonly change: string;
  readonly build: Variant;
  readonly run: StudyRun;
  readonly claim: Claim | undefined;
}

/** The reference's own "after": its flags, and `encodings` as sources in the ramfs. */
export const studyReference: StudyRow = {
  name: 'reference',
  change: 'the start-up work as it was merged: encodings as sources in the ramfs',
  build: { ...referenceVariant, name: 'reference', encodings: 'source' },
  run: {
    library: 'needed',
    hostBinaries: false,
    site: false,
    fixedHashSeed: true,
    skipFinalization: false,
    fromSnapshot: false,
    dumped: false,
    pythonOptions: [],
    environment: {},
  },
  claim: undefined,
};

export function studyRow(variant: StudyVariant): StudyRow {
  return {
    name: variant.name,
    change: variant.change,
    build: { ...studyReference.build, ...variant.build, name: variant.name },
    run: { ...studyReference.run, ...variant.run },
    claim: variant.claim,
  };
}
