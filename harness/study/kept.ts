/** Studies in files: those that people name, and the last one, which is kept in the cache for the next to compare with. */
import * as v from 'valibot';
import { userStore } from '../cache/index.ts';
import { InputError } from '../guest/errors.ts';
import { readUserFile } from '../guest/user-file.ts';
import type { StartupReport } from './report/index.ts';

const VERSION = 2;

/** What has to be there to compare with; the rest is taken as it is. */
const figures = v.looseObject({ instructions: v.number() });
const row = v.looseObject({ name: v.string(), figures });
const comparable = v.looseObject({
  created: v.string(),
  reference: row,
  variants: v.array(row),
  cold: figures,
  restored: figures,
});

const lastKey = ['last', VERSION] as const;

/** @throws InputError when the file is missing or no study of this version. */
export function readStudy(path: string): StartupReport {
  return parseStudy(path, readUserFile('study', path).toString('utf8'));
}

function parseStudy(path: string, text: string): StartupReport {
  let study: { version?: unknown } | null;
  try {
    study = JSON.parse(text) as typeof study;
  } catch {
    throw new InputError(`${path} is no study: give a file written by --save`);
  }
  if (study?.version !== VERSION)
    throw new InputError(`${path} is a study of version ${String(study?.version)}: only ${VERSION} is known`);
  if (!v.is(comparable, study))
    throw new InputError(`${path} is no whole study: give a file written by --save`);
  return study as unknown as StartupReport;
}

/** The study before this one; undefined where there is none that can be read. */
export function lastStudy(): StartupReport | undefined {
  const kept = userStore().read('studies', lastKey);
  if (kept === undefined) return undefined;
  try {
    return parseStudy('the last study', new TextDecoder().decode(kept.content));
  } catch {
    return undefined;
  }
}

export function keepStudy(report: StartupReport): void {
  userStore().write('studies', lastKey, Buffer.from(JSON.stringify(report)));
}
