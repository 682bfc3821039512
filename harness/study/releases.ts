/** Rows for releases of CPython: each with `encodings` frozen, cold and from its snapshot, as the project builds 3.11.2 by default. */
import { findKnownRelease } from '../../images/index.ts';
import type { LaterPython } from '../../images/index.ts';
import { InputError } from '../guest/errors.ts';
import type { StudyVariant } from './row.ts';

/** The two rows of a release. Nothing is looked up: a pinned release and a given one look the same here. */
export function releaseVariants(name: string, version: string): readonly StudyVariant[] {
  const build = { python: name as LaterPython, encodings: 'frozen' } as const;
  return [
    { name: `python-${name}`, change: `CPython ${version}, encodings frozen`, build },
    {
      name: `python-${name}-snapshot`,
      change: 'the same, restored from the snapshot after Py_Initialize',
      build,
      run: { fromSnapshot: true },
    },
  ];
}

/**
 * The rows of releases by what people call them, such as `3.13` or `3.14.2`.
 *
 * @throws ArchiveError for one whose sources are not here, InputError for the usual one.
 */
export function namedReleases(names: readonly string[]): readonly StudyVariant[] {
  return names.flatMap((name) => {
    const { kind, minor, version } = findKnownRelease(name);
    if (kind === 'pinned' && minor === '3.11')
      throw new InputError(`CPython ${version} is what the others are compared with: name another release`);
    return releaseVariants(kind === 'pinned' ? minor : version, version);
  });
}
