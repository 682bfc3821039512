/**
 * vendor/results.json: the digests that results had when they were recorded. Tools are not pinned, so other digests
 * are no failure, but people should know. Reads that one file; `images/build/record.ts` writes it.
 */
import { readFileSync } from 'node:fs';
import { inProject } from './paths.ts';
import type { BuiltStep } from './step.ts';

export const resultsPath: string = inProject('vendor', 'results.json');

/** Step to what it was made from, tools left out, and the digest of its results. */
export type RecordedResults = Readonly<
  Record<string, { readonly sourceKey: string; readonly digest: string }>
>;

/** What was recorded; nothing if the file is missing. */
export function readResults(): RecordedResults {
  try {
    return JSON.parse(readFileSync(resultsPath, 'utf8')) as RecordedResults;
  } catch {
    return {};
  }
}

/** Whether a result differs from the one recorded for the same sources. Other sources were not recorded. */
export function differs(built: BuiltStep, recorded: RecordedResults): boolean {
  const entry = recorded[built.manifest.step];
  return entry?.sourceKey === built.manifest.sourceKey && entry.digest !== built.manifest.digest;
}

/**
 * The tools that decide what a step's results are. An entry of the cache also names those that were at hand when it was made,
 * such as what unpacks archives: these may be others in a cache that is older, for the same results.
 */
export function decidingTools({ manifest }: BuiltStep): Readonly<Record<string, string>> {
  const decides = ([name]: [string, string]): boolean => /^(gcc|gcc-12|binutils|python3.11.*)$/.test(name);
  return Object.fromEntries(Object.entries(manifest.tools).filter(decides));
}

/** The warning for such a result. */
export function differenceWarning(built: BuiltStep): string {
  const versions = Object.entries(decidingTools(built))
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
  return `${built.manifest.step} differs from the recorded result (made with ${versions}); exact instruction counts may too`;
}
