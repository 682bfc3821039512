/**
 * All kinds of things that are kept between processes, with what each holds and how much of it is kept. Data only.
 */
/** One kind. Its things lie in a folder of its name, below the cache's. */
export interface Kind {
  readonly name: string;
  /** For people, in a few words. */
  readonly holds: string;
  /**
   * `files`: each thing is a file that the store writes and checks. `places`: a file that another writes, and that checks
   * itself. `folders`: a folder with results of a step, which the build engine checks. `whole`: all of it is one thing.
   * `earlier`: what earlier versions of this package left beside the folders of today.
   */
  readonly shape: 'files' | 'places' | 'folders' | 'whole' | 'earlier';
  /** What was used by nobody for so many days goes. */
  readonly days: number;
  /** Beyond so many bytes, what was used longest ago goes. */
  readonly bytes: number;
}

const MIB = 2 ** 20;

/** Every kind, by its name. */
export const kinds = {
  images: {
    name: 'images',
    holds: 'files of guests, compiled programs, and the tools they were built with',
    shape: 'folders',
    days: 60,
    bytes: 16 * 1024 * MIB,
  },
  apt: {
    name: 'apt',
    holds: "lists of the machine's package archive",
    shape: 'whole',
    days: 30,
    bytes: 1024 * MIB,
  },
  cpythons: {
    name: 'cpythons',
    holds: 'source archives of CPython that you gave',
    shape: 'places',
    days: 365,
    bytes: 1024 * MIB,
  },
  logs: { name: 'logs', holds: 'logs of builds', shape: 'places', days: 30, bytes: 64 * MIB },
  notes: {
    name: 'notes',
    holds: "digests of files, and what this machine's tools are",
    shape: 'files',
    days: 365,
    bytes: 16 * MIB,
  },
  command: {
    name: 'command',
    holds: "V8's code of the command line",
    shape: 'files',
    days: 30,
    bytes: 256 * MIB,
  },
  v86: {
    name: 'v86',
    holds: "v86 as it is rewritten, and V8's code of it",
    shape: 'files',
    days: 30,
    bytes: 128 * MIB,
  },
  'guest-code': {
    name: 'guest-code',
    holds: "code compiled from guests, and V8's code of it",
    shape: 'files',
    days: 30,
    bytes: 256 * MIB,
  },
  runs: {
    name: 'runs',
    holds: 'marks of runs that were made before',
    shape: 'files',
    days: 30,
    // the last thousand and some: each is a checksum, and to look through them takes time
    bytes: MIB / 24,
  },
  symbols: {
    name: 'symbols',
    holds: 'addresses of names in programs',
    shape: 'files',
    days: 90,
    bytes: 4 * MIB,
  },
  sysroots: {
    name: 'sysroots',
    holds: 'kernels, daemons and programs of releases of Nanvix',
    shape: 'files',
    days: 60,
    bytes: 2048 * MIB,
  },
  studies: { name: 'studies', holds: 'the last study', shape: 'files', days: 365, bytes: 16 * MIB },
  snapshots: {
    name: 'snapshots',
    holds: 'snapshots that suites of tests start from',
    shape: 'places',
    days: 30,
    bytes: 1024 * MIB,
  },
  restored: {
    name: 'restored',
    holds: 'snapshots that were restored before, as they lie in memory',
    shape: 'files',
    days: 30,
    bytes: 512 * MIB,
  },
} as const satisfies Readonly<Record<string, Kind>>;

export type KindName = keyof typeof kinds;

/** Where earlier versions kept things: nobody looks there any more. */
export const earlier: { readonly kind: Kind; readonly names: RegExp } = {
  kind: { name: 'earlier', holds: 'what earlier versions kept', shape: 'earlier', days: 0, bytes: 0 },
  names: /^([a-z][a-z0-9-]*-[0-9a-f]{24}|emulator|study|digests\.json|machine-tools\.json)$/,
};
