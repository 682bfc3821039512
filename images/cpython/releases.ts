/**
 * The releases of CPython that guests are built from besides the usual 3.11.2, and what differs between them, as data: those that
 * vendor/lock.json pins, and those whose source archive the user gave (given.ts).
 */
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { sha256 } from '../build/digest-memo.ts';
import { BuildError } from '../build/errors.ts';
import { readLockFile } from '../build/lock-file.ts';
import type { Step, StepContext } from '../build/step.ts';
import { Store } from '../store/store.ts';
import { sourceStep, unpackTarball } from '../toolchain/sources.ts';
import { findKnownRelease, type GivenArchive, type Minor } from './given.ts';
import { laterPythons } from './variant.ts';

/** How a minor release is built otherwise than its neighbours. */
export interface Differences {
  /** Modules that are left out as they are of hello's 3.11: with a library of others, or of no use to most. */
  readonly leftOut: readonly string[];
  /** As configure names the platform, which the compiler must name as well. */
  readonly platform: string;
  /** What else configure is told. */
  readonly configureFlags: readonly string[];
  /** Modules are built by setup.py, not by the makefile: those to link are named in Setup.local, as for 3.11.2. */
  readonly usesSetupLocal: boolean;
}

export interface Release {
  /** As in names of files: `3.13`. */
  readonly minor: Minor;
  /** `3.13.5`. */
  readonly version: string;
  /** The step whose one result is the tarball. */
  readonly source: Step;
  readonly tarball: string;
}

/** Those that 3.12 to 3.14 have under one name. */
const LEFT_OUT =
  '_bz2 _codecs_cn _codecs_hk _codecs_iso2022 _codecs_jp _codecs_kr _codecs_tw _ctypes _curses _curses_panel _dbm _decimal ' +
  '_elementtree _gdbm _hashlib _lzma _multibytecodec _multiprocessing _posixshmem _sqlite3 _ssl _tkinter _uuid grp pyexpat ' +
  'readline resource syslog termios';

const leftOut = (more: string): readonly string[] => `${LEFT_OUT} ${more}`.split(' ');

export const differences: Readonly<Record<Minor, Differences>> = {
  '3.11': { leftOut: [], platform: 'i386-linux-gnu', configureFlags: [], usesSetupLocal: true },
  '3.12': {
    leftOut: leftOut('audioop _crypt nis ossaudiodev spwd _xxsubinterpreters _xxinterpchannels'),
    platform: 'i386-linux-gnu',
    configureFlags: [],
    usesSetupLocal: false,
  },
  '3.13': {
    leftOut: leftOut('_interpchannels _interpqueues _interpreters'),
    platform: 'i386-linux-musl',
    configureFlags: [],
    usesSetupLocal: false,
  },
  '3.14': {
    // Interpreters stay: concurrent.interpreters is new, and needs them.
    leftOut: leftOut('_remote_debugging _zstd'),
    platform: 'i386-linux-musl',
    configureFlags: [
      // It reads the memory of other processes, of which a guest has none.
      '--without-remote-debug',
      // The guest answers them with ENOSYS, and pathlib copies by the first that Python was compiled with.
      ...['copy_file_range', 'sendfile'].map((name) => `ac_cv_func_${name}=no`),
    ],
    usesSetupLocal: false,
  },
};

/** The step that takes a given archive from the cache's folder of them. Its digest says all. */
function givenStep({ version, file, sha256: digest }: GivenArchive): Step {
  const name = path.basename(file);
  return {
    name: `source-cpython-${version}`,
    files: [],
    steps: [],
    parameters: { file: name, sha256: digest },
    run: (context) => {
      if (sha256(readFileSync(file)) !== digest)
        throw new BuildError(
          'digest-mismatch',
          `${file} is damaged: give the source archive of CPython ${version} again, by nanvix-v86 images --cpython FILE`,
        );
      copyFileSync(file, path.join(context.out, name));
      return Promise.resolve();
    },
  };
}

const known = new Map<string, Release>();

/**
 * A release by what people call it, such as `3.13` or `3.14.2`: the same object for the same archive.
 *
 * @throws ArchiveError where its sources are not here.
 */
export function findRelease(name: string): Release {
  const found = findKnownRelease(name);
  const { version, minor } = found;
  const identity = found.kind === 'given' ? found.file : version;
  let release = known.get(identity);
  if (release === undefined) {
    const pinned = laterPythons.find((one) => one === minor);
    if (found.kind === 'given') {
      Store.touch(found.file);
      release = { minor, version, source: givenStep(found), tarball: path.basename(found.file) };
    } else if (pinned !== undefined) {
      const source = `cpython-${pinned}` as const;
      release = { minor, version, source: sourceStep(source), tarball: readLockFile().sources[source].file };
    } else {
      throw new Error(`${version} is the usual CPython, which has recipes of its own`);
    }
    known.set(identity, release);
  }
  return release;
}

/** The library that the makefile of a release makes. */
export const libraryName = ({ minor }: Release): string => `libpython${minor}.a`;

/** Unpacks the sources of a release into a step's work folder; returns the folder's name there. */
export async function unpackRelease(
  context: StepContext,
  { version, source, tarball }: Release,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const folder = `Python-${version}`;
  mkdirSync(path.join(context.work, folder));
  await unpackTarball(context, path.join(context.filesOf(source), tarball), env, [
    '-C',
    folder,
    '--strip-components=1',
  ]);
  return folder;
}
