/**
 * Downloads from the machine's Debian archive by a private apt configuration: its own lists, cache and sources inside
 * the build cache, so the machine stays untouched and no root is needed. apt checks the archive's signatures.
 */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { BuildError } from '../build/errors.ts';
import { readLockFile, type LockFile } from '../build/lock-file.ts';
import type { StepContext } from '../build/step.ts';
import { withLock } from '../store/lock.ts';
import type { ArchiveEntry } from './apt-sources.ts';
import { archiveCandidates, machineSuites, readAptEntries } from './apt-sources.ts';
import { makeFolder } from '../system/folders.ts';

/** Lists older than this are fetched again: the archive drops files that newer ones replaced. */
const LISTS_ARE_FRESH_FOR = 12 * 3600 * 1000;

const BY_HAND =
  'put the tarballs that vendor/lock.json names into vendor/sources/ and install make, python3.11 and a gcc with -m32 (gcc-multilib)';

/** What a download needs of its step. */
export type ArchiveContext = Pick<StepContext, 'run' | 'log' | 'cacheRoot' | 'signal'>;

interface PrivateApt {
  readonly options: readonly string[];
}

function optionsFor(root: string): string[] {
  const settings = {
    'Dir::State': path.join(root, 'state'),
    'Dir::State::lists': path.join(root, 'lists'),
    'Dir::State::status': path.join(root, 'status'),
    'Dir::Cache': path.join(root, 'cache'),
    'Dir::Etc::sourcelist': '/dev/null',
    'Dir::Etc::sourceparts': path.join(root, 'sources'),
    'Dir::Etc::preferencesparts': '/dev/null',
    'Dir::Etc::preferences': '/dev/null',
    'APT::Sandbox::User': '',
    'APT::Architecture': 'amd64',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '2',
    'Acquire::http::Timeout': '20',
    'Acquire::https::Timeout': '20',
  };
  return [
    ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
    ...['-o', 'APT::Architectures::=amd64'],
  ];
}

function writeSource(root: string, entry: ArchiveEntry, archive: LockFile['archive']): void {
  const lines = [
    'Types: deb deb-src',
    `URIs: ${entry.uri}`,
    `Suites: ${archive.suite}`,
    `Components: ${archive.component}`,
    ...(entry.signedBy === undefined ? [] : [`Signed-By: ${entry.signedBy}`]),
    ...(entry.trusted ? ['Trusted: yes'] : []),
  ];
  for (const folder of ['sources', 'state', 'lists/partial', 'cache/archives/partial']) {
    makeFolder(path.join(root, folder));
  }
  writeFileSync(path.join(root, 'status'), '');
  writeFileSync(path.join(root, 'sources', 'archive.sources'), `${lines.join('\n')}\n`);
}

/** Whether the lists in `root` are of the distribution, by what its signed Release file says. */
function listsAreOf(root: string, distribution: string): boolean {
  const lists = path.join(root, 'lists');
  return (
    existsSync(lists) &&
    readdirSync(lists)
      .filter((name) => name.endsWith('Release'))
      .some((name) => readFileSync(path.join(lists, name), 'utf8').includes(`\nOrigin: ${distribution}\n`))
  );
}

function listsAreFresh(stamp: string, distribution: string, root: string): boolean {
  const time = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs;
  return time !== undefined && Date.now() - time < LISTS_ARE_FRESH_FOR && listsAreOf(root, distribution);
}

function isOffline(text: string): boolean {
  return /Could not (resolve|connect)|Temporary failure|Network is unreachable|Connection (failed|timed out|refused)|Cannot initiate|Unable to connect/.test(
    text,
  );
}

function noNetwork(cause: unknown): BuildError {
  const message = `the Debian archive can't be reached: connect this machine to it and run again, or ${BY_HAND}`;
  return new BuildError('no-network', message, { cause });
}

function noApt(why: string, cause?: unknown): BuildError {
  return new BuildError('no-apt', `${why}: ${BY_HAND}`, { cause });
}

/** Where apt's lists of a release are: those of the release that nearly all comes from have the plain name. */
function aptFolder({ cacheRoot }: ArchiveContext, { suite }: LockFile['archive']): string {
  return path.join(cacheRoot, suite === readLockFile().archive.suite ? 'apt' : `apt-${suite}`);
}

/** Apt with fresh lists of the distribution's archive. */
async function openArchive(context: ArchiveContext, archive: LockFile['archive']): Promise<PrivateApt> {
  const root = aptFolder(context, archive);
  const stamp = path.join(root, 'updated');
  const options = optionsFor(root);
  if (listsAreFresh(stamp, archive.distribution, root)) return { options };

  let osRelease = '';
  try {
    osRelease = readFileSync('/etc/os-release', 'utf8');
  } catch {
    // Then only the aliases of releases are known.
  }
  const suites = [...machineSuites(osRelease), archive.suite];
  const candidates = archiveCandidates(readAptEntries(), { suites, component: archive.component });
  if (candidates.length === 0) throw noApt(`apt on this machine knows no ${archive.distribution} archive`);
  let failure: unknown;
  for (const candidate of candidates) {
    rmSync(root, { recursive: true, force: true });
    writeSource(root, candidate, archive);
    try {
      const said = await context.run('apt-get', [...options, '-q', '--error-on=any', 'update']);
      context.log(said === '' ? 'lists are up to date' : 'lists fetched');
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      if (error.kind === 'tool-missing') throw noApt('there is no apt-get on this machine', error);
      if (error.kind !== 'step-failed') throw error;
      failure = error;
      continue;
    }
    if (listsAreOf(root, archive.distribution)) {
      writeFileSync(stamp, '');
      return { options };
    }
  }
  if (failure instanceof BuildError && isOffline(failure.message)) throw noNetwork(failure);
  throw noApt(
    `none of apt's archives on this machine offers ${archive.distribution} ${archive.suite}`,
    failure,
  );
}

/** Runs `use` with apt; on failure once more with lists fetched anew, since lists may name files that are gone. */
async function withArchive(
  context: ArchiveContext,
  archive: LockFile['archive'],
  use: (apt: PrivateApt) => Promise<void>,
): Promise<void> {
  const lock = path.join(context.cacheRoot, 'locks', 'apt');
  const open = (): Promise<PrivateApt> =>
    withLock(lock, { signal: context.signal }, () => openArchive(context, archive));
  const apt = await open();
  try {
    await use(apt);
  } catch (error) {
    if (!(error instanceof BuildError) || error.kind !== 'step-failed') throw error;
    if (isOffline(error.message)) throw noNetwork(error);
    rmSync(path.join(aptFolder(context, archive), 'updated'), { force: true });
    await use(await open());
  }
}

/** Downloads binary packages, unpacked by nobody, into `folder`. */
export async function downloadPackages(
  context: ArchiveContext,
  archive: LockFile['archive'],
  packages: readonly string[],
  folder: string,
): Promise<string[]> {
  await withArchive(context, archive, async (apt) => {
    await context.run('apt-get', [...apt.options, '-q', 'download', ...packages], { cwd: folder });
  });
  return readdirSync(folder)
    .filter((name) => name.endsWith('.deb'))
    .sort();
}

/** Downloads the files of a source package into `folder`. */
export async function downloadSource(
  context: ArchiveContext,
  archive: LockFile['archive'],
  name: string,
  folder: string,
): Promise<void> {
  await withArchive(context, archive, async (apt) => {
    await context.run('apt-get', [...apt.options, '-q', 'source', '--download-only', '--only-source', name], {
      cwd: folder,
    });
  });
}
