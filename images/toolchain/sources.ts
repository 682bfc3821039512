/**
 * Steps that get what others wrote: from vendor/sources/, where someone put it by hand, or from the machine's Debian archive.
 * Must hold: a tarball is the very file that vendor/lock.json names. A binary package is as well, unless the archive has replaced
 * it by a newer one: then that is used, and said.
 */
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sha256 } from '../build/digest-memo.ts';
import { BuildError } from '../build/errors.ts';
import type { LockedFile, LockedSource, PackageName, SourceName } from '../build/lock-file.ts';
import { readLockFile } from '../build/lock-file.ts';
import { inProject } from '../build/paths.ts';
import type { Step, StepContext } from '../build/step.ts';
import { downloadPackages, downloadSource } from './archive.ts';

/** Compares a file with the lock file; a file put there by hand gets another message than a downloaded one. */
function check(file: string, source: LockedFile, origin: string): void {
  const found = sha256(readFileSync(file));
  if (found === source.sha256) return;
  const message = `${origin} is not the file that vendor/lock.json names: SHA-256 ${found}, expected ${source.sha256}; replace or remove it`;
  throw new BuildError('digest-mismatch', message);
}

/** Takes a file that was put there by hand. @returns Whether there is one. */
function takeByHand(locked: LockedFile, byHand: string, context: StepContext): boolean {
  const own = path.join(byHand, locked.file);
  if (!existsSync(own)) return false;
  check(own, locked, own);
  copyFileSync(own, path.join(context.out, locked.file));
  return true;
}

async function fetchSource(source: LockedSource, byHand: string, context: StepContext): Promise<void> {
  if (takeByHand(source, byHand, context)) return;
  const { archive } = readLockFile();
  const { suite = archive.suite } = source;
  await downloadSource(context, { ...archive, suite }, source.package, context.work);
  const downloaded = path.join(context.work, source.file);
  if (!existsSync(downloaded)) {
    const others = readdirSync(context.work).join(', ');
    const message = `the archive offers ${others} instead of ${source.file}: put that file into vendor/sources/ (SHA-256 ${source.sha256})`;
    throw new BuildError('digest-mismatch', message);
  }
  check(downloaded, source, `${source.file} from the archive`);
  copyFileSync(downloaded, path.join(context.out, source.file));
}

/** The step whose one result is the tarball of a source; `byHand` is where people put tarballs themselves. */
export function sourceStepOf(name: string, source: LockedSource, byHand: string): Step {
  return {
    name: `source-${name}`,
    // Not the recipe: however the tarball comes, its digest says all.
    files: [],
    steps: [],
    parameters: { file: source.file, sha256: source.sha256 },
    run: (context) => fetchSource(source, byHand, context),
  };
}

/** The step for a source that vendor/lock.json names. */
export function sourceStep(name: SourceName): Step {
  return sourceStepOf(name, readLockFile().sources[name], inProject('vendor', 'sources'));
}

async function fetchPackage(locked: LockedFile, byHand: string, context: StepContext): Promise<void> {
  if (takeByHand(locked, byHand, context)) return;
  const downloaded = await downloadPackages(context, readLockFile().archive, [locked.package], context.work);
  const [file = ''] = downloaded;
  const content = readFileSync(path.join(context.work, file));
  if (sha256(content) !== locked.sha256)
    context.warn(
      `the archive offers ${decodeURIComponent(file)} instead of ${locked.file}: it is used, and results differ from the recorded ones`,
    );
  writeFileSync(path.join(context.out, decodeURIComponent(file)), content);
}

/** The step whose one result is a binary package. */
export function packageStep(name: PackageName): Step {
  const locked = readLockFile().packages[name];
  const byHand = inProject('vendor', 'sources');
  return {
    name: `package-${name}`,
    files: [],
    steps: [],
    parameters: { file: locked.file, sha256: locked.sha256 },
    run: (context) => fetchPackage(locked, byHand, context),
  };
}

/** Unpacks a binary package into a folder of a step's work. @returns The folder. */
export async function unpackPackage(context: StepContext, step: Step): Promise<string> {
  const files = context.filesOf(step);
  const [deb = ''] = readdirSync(files);
  const folder = path.join(context.work, step.name);
  await context.run('dpkg', ['-x', path.join(files, deb), folder]);
  return folder;
}

/** Programs that unpack, by the end of a name; else it is gzip, which every machine has. */
const packers = { bzip2: '.bz2', xz: '.xz' };

/** Unpacks a source's tarball into a step's work folder; returns the folder's name there. */
export async function unpackSource(
  context: StepContext,
  step: Step,
  name: SourceName,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const source = readLockFile().sources[name];
  await unpackTarball(context, path.join(context.filesOf(step), source.file), env);
  return source.folder;
}

/** Unpacks a tarball into a step's work folder. @param more What else tar is told. */
export async function unpackTarball(
  context: StepContext,
  tarball: string,
  env: Readonly<Record<string, string>>,
  more: readonly string[] = [],
): Promise<void> {
  const [program] = Object.entries(packers).find(([, ending]) => tarball.endsWith(ending)) ?? ['gzip'];
  await context.run('tar', ['-I', program, '-x', '-f', tarball, '--no-same-owner', ...more], { env });
}
