/** Studies in files: those that people name, and the last one, which is kept in the cache for the next to compare with. */
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { cacheRoot } from '../../images/build/paths.ts';
import { InputError } from '../errors.ts';
import type { StartupReport } from '../report/index.ts';

const VERSION = 2;

const lastPath = (): string => join(cacheRoot(), 'study', 'last.json');

/** @throws InputError when the file is missing or no study of this version. */
export function readStudy(path: string): StartupReport {
  let study: { version?: unknown } | null;
  try {
    study = JSON.parse(readFileSync(path, 'utf8')) as typeof study;
  } catch {
    throw new InputError(`${path} is no study: give a file written by --save`);
  }
  if (study?.version !== VERSION)
    throw new InputError(`${path} is a study of version ${String(study?.version)}: only ${VERSION} is known`);
  return study as StartupReport;
}

/** The study before this one; undefined where there is none that can be read. */
export function lastStudy(): StartupReport | undefined {
  try {
    return readStudy(lastPath());
  } catch {
    return undefined;
  }
}

export function keepStudy(report: StartupReport): void {
  mkdirSync(dirname(lastPath()), { recursive: true });
  writeFileAtomic.sync(lastPath(), JSON.stringify(report));
}
