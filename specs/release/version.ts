/** Which version a change of the public types asks for. */
import { diffLines } from 'diff';
import { gte, inc, major, type ReleaseType } from 'semver';

export type ApiChange = 'none' | 'added' | 'changed';

/** What became of a report. Whatever is gone, or is another, may break who uses it. */
export function apiChange(before: string, after: string): ApiChange {
  const parts = diffLines(before, after);
  if (parts.some(({ removed }) => removed)) return 'changed';
  return parts.some(({ added }) => added) ? 'added' : 'none';
}

/**
 * The lowest version that may follow `released`. Before 1.0.0 a change that may break counts the second number up, as npm's
 * ranges have it.
 */
export function lowestNext(released: string, change: ApiChange): string {
  const isEarly = major(released) === 0;
  const kinds: Readonly<Record<ApiChange, ReleaseType>> = {
    none: 'patch',
    added: isEarly ? 'patch' : 'minor',
    changed: isEarly ? 'minor' : 'major',
  };
  return inc(released, kinds[change]) ?? released;
}

/** What is wrong with a version, in one line; undefined where it fits. */
export function versionProblem(version: string, released: string, change: ApiChange): string | undefined {
  const lowest = lowestNext(released, change);
  if (gte(version, lowest)) return undefined;
  const what =
    change === 'none' ? 'something' : change === 'added' ? 'the API' : 'what users of the API have';
  return `package.json has version ${version}, but ${what} changed since ${released}: make it ${lowest} or later`;
}

/** The first section of the changelog: `## Unreleased`, or `## 1.2.3 (2026-11-28)`. */
export type ChangelogHead =
  | { readonly kind: 'unreleased' }
  | { readonly kind: 'released'; readonly version: string; readonly date: string };

/** Undefined for a changelog that begins with anything else. */
export function changelogHead(text: string): ChangelogHead | undefined {
  const [, title = ''] = /^## (.*)$/m.exec(text) ?? [];
  if (title === 'Unreleased') return { kind: 'unreleased' };
  const [, version, date] = /^(\d+\.\d+\.\d+) \((\d{4}-\d{2}-\d{2})\)$/.exec(title) ?? [];
  return version === undefined || date === undefined ? undefined : { kind: 'released', version, date };
}
