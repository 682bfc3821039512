/** What the steps of CPython share: its source, names of results, and where the guest's headers are. */
import path from 'node:path';
import { inProject } from '../build/paths.ts';
import type { StepContext } from '../build/step.ts';
import { muslStep } from '../musl/recipe.ts';
import { sourceStep } from '../toolchain/sources.ts';
import { zlibStep } from '../zlib/recipe.ts';

const FOLDER = 'images/cpython';

/** CPython's tarball. */
export const cpythonSource = sourceStep('cpython');

/** Absolute paths of files of this folder. */
export function own(...names: readonly string[]): string[] {
  return names.map((name) => inProject(FOLDER, name));
}

/** CPython's build folder beside its unpacked sources: relative, so that it can be moved from step to step. */
export const BUILD_FOLDER = 'build';
/** CPython as a library, the result of the step that compiles. */
export const LIBRARY = 'libpython3.11.a';

/** Folders with the headers of the guest's libraries. */
export function includeFolders(context: StepContext): string[] {
  return [muslStep, zlibStep].map((step) => path.join(context.filesOf(step), 'include'));
}
