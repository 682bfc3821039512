/** A run in pieces: each machine runs some of the modules, and what `--json` told of the pieces is put together again. */
import * as v from 'valibot';
import { InputError } from '../guest/errors.ts';
import { readUserFile } from '../guest/user-file.ts';
import type { RegrtestReport } from './report.ts';

const tests = v.object({ passed: v.number(), failed: v.number(), skipped: v.number() });

const modules = v.object({ ...tests.entries, timedOut: v.number() });
/** What a test or a module came to on one of the sides. */
const side = v.picklist(['passed', 'failed', 'skipped', 'timedOut', 'absent']);

const schema: v.GenericSchema<RegrtestReport> = v.object({
  modules,
  tests,
  unexpected: v.array(
    v.object({
      module: v.string(),
      test: v.exactOptional(v.string()),
      did: v.picklist(['failed', 'passed', 'skipped', 'timedOut', 'gone']),
      text: v.string(),
      native: v.exactOptional(side),
    }),
  ),
  native: v.exactOptional(
    v.object({
      modules,
      tests,
      differences: v.array(
        v.object({
          module: v.string(),
          test: v.exactOptional(v.string()),
          guest: side,
          native: side,
          text: v.string(),
          kind: v.exactOptional(v.string()),
        }),
      ),
    }),
  ),
  results: v.array(
    v.object({
      module: v.string(),
      status: v.picklist(['passed', 'failed', 'skipped', 'timedOut']),
      tests,
      reason: v.exactOptional(v.string()),
      failed: v.array(v.string()),
      instructions: v.number(),
      virtualMs: v.number(),
      wallMs: v.number(),
    }),
  ),
});

/** @throws InputError when the file is missing or holds nothing that `--json` or `--save` writes. */
export function readReport(file: string): RegrtestReport {
  const text = readUserFile('file of results', file).toString('utf8');
  let report: unknown;
  try {
    report = JSON.parse(text);
  } catch {
    report = undefined;
  }
  const parsed = v.safeParse(schema, report);
  if (parsed.success) return parsed.output;
  throw new InputError(`${file} holds no results: give a file that regrtest --save wrote`);
}

/**
 * Reports as one, with modules in the order of their names.
 *
 * @throws InputError where there is none, or a module is in two of them.
 */
export function mergeReports(
  reports: readonly (readonly [file: string, report: RegrtestReport])[],
): RegrtestReport {
  const files = new Map<string, string>();
  for (const [file, { results }] of reports) {
    for (const { module } of results) {
      const other = files.get(module);
      if (other !== undefined)
        throw new InputError(`${module} is in ${other} and in ${file}: leave one of them out`);
      files.set(module, file);
    }
  }
  const all = reports.map(([, report]) => report);
  const byModule = (a: { readonly module: string }, b: { readonly module: string }): number =>
    a.module < b.module ? -1 : Number(a.module > b.module);
  const native = all.flatMap((report) => report.native ?? []);
  return {
    ...countsOf(all),
    ...(native.length > 0 && {
      native: {
        ...countsOf(native),
        differences: native.flatMap(({ differences }) => differences).sort(byModule),
      },
    }),
    unexpected: all.flatMap(({ unexpected }) => unexpected).sort(byModule),
    results: all.flatMap(({ results }) => results).sort(byModule),
  };
}

function countsOf(
  parts: readonly Pick<RegrtestReport, 'modules' | 'tests'>[],
): Pick<RegrtestReport, 'modules' | 'tests'> {
  return {
    modules: sums(
      { passed: 0, failed: 0, skipped: 0, timedOut: 0 },
      parts.map((part) => part.modules),
    ),
    tests: sums(
      { passed: 0, failed: 0, skipped: 0 },
      parts.map((part) => part.tests),
    ),
  };
}

function sums<Key extends string>(
  zero: Readonly<Record<Key, number>>,
  counts: readonly Readonly<Record<Key, number>>[],
): Record<Key, number> {
  const sum: Record<Key, number> = { ...zero };
  for (const one of counts) for (const key in sum) sum[key] += one[key];
  return sum;
}
