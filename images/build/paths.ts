/**
 * Where the project and its build cache lie. Reads the environment, touches no files but to find package.json.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import envPaths from 'env-paths';

/** The checkout or the installed package: found upwards from here, because a bundle of this file may lie elsewhere in it. */
export const projectRoot: string = (() => {
  for (let folder = path.dirname(fileURLToPath(import.meta.url)); ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'images', 'build')) && existsSync(path.join(folder, 'package.json')))
      return folder;
    if (folder === path.dirname(folder))
      throw new Error('the sources of nanvix-v86 are incomplete: images/build is missing');
  }
})();

/** Folder of the build cache: `NANVIX_V86_CACHE`, or the user's cache folder. */
export function cacheRoot(): string {
  const chosen = process.env['NANVIX_V86_CACHE'];
  return chosen ? path.resolve(chosen) : envPaths('nanvix-v86', { suffix: '' }).cache;
}

let version: string | undefined;

/** The version that the project's package.json names. */
export function packageVersion(): string {
  version ??= (JSON.parse(readFileSync(inProject('package.json'), 'utf8')) as { version: string }).version;
  return version;
}

/** Absolute path of something in the project. */
export function inProject(...parts: readonly string[]): string {
  return path.join(projectRoot, ...parts);
}
