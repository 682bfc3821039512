/**
 * Steps that get the upstream tarballs: from vendor/sources/, where someone put them by hand, or from the machine's
 * Debian archive. Must hold: a result is the very file that vendor/lock.json names.
 */
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { sha256 } from '../build/digest-memo.ts';
import { BuildError } from '../build/errors.ts';
import type { LockedSource, SourceName } from '../build/lock-file.ts';
import { readLockFile } from '../build/lock-file.ts';
import { inProject } from '../build/paths.ts';
import type { Step, StepContext } from '../build/step.ts';
import { downloadSource } from './archive.ts';

/** Compares a file with the lock file; a file put there by hand gets another message than a downloaded one. */
function check(file: string, source: LockedSource, origin: string): void {
  const found = sha256(readFileSync(file));
  if (found === source.sha256) return;
  const message = `${origin} is not the file that vendor/lock.json names: SHA-256 ${found}, expected ${source.sha256}; replace or remove it`;
  throw new BuildError('digest-mismatch', message);
}

async function fetchSource(source: LockedSource, byHand: string, context: StepContext): Promise<void> {
  const lock = readLockFile();
  const target = path.join(context.out, source.file);
  const own = path.join(byHand, source.file);
  if (existsSync(own)) {
    check(own, source, own);
    copyFileSync(own, target);
    return;
  }
  await downloadSource(context, lock.archive, source.package, context.work);
  const downloaded = path.join(context.work, source.file);
  if (!existsSync(downloaded)) {
    const others = readdirSync(context.work).join(', ');
    const message = `the archive offers ${others} instead of ${source.file}: put that file into vendor/sources/ (SHA-256 ${source.sha256})`;
    throw new BuildError('digest-mismatch', message);
  }
  check(downloaded, source, `${source.file} from the archive`);
  copyFileSync(downloaded, target);
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

/** Unpacks a source's tarball into a step's work folder; returns the folder's name there. */
export async function unpackSource(
  context: StepContext,
  step: Step,
  name: SourceName,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const source = readLockFile().sources[name];
  const tarball = path.join(context.filesOf(step), source.file);
  const decompress = source.file.endsWith('.bz2') ? ['-I', 'bzip2'] : ['-z'];
  await context.run('tar', [...decompress, '-x', '-f', tarball, '--no-same-owner'], { env });
  return source.folder;
}
