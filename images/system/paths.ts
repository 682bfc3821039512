/** Names of files that are the same on every system: in keys, in packages, in a guest. */
import path from 'node:path';
import type { PlatformPath } from 'node:path';
import filenameReservedRegex, { windowsReservedNameRegex } from 'filename-reserved-regex';
import { isWindows, thisSystem, type System } from './system.ts';

/** The path from a folder to a file in it, with `/` on every system. `paths` are the rules of the system that both are of. */
export function portablePath(folder: string, file: string, paths: PlatformPath = path): string {
  return paths.relative(folder, file).split(paths.sep).join('/');
}

/**
 * Whether a guest's name of a file is one that the host can give to a file. Windows takes `:` for a stream within a file, `\` for a
 * folder, `nul` and `com1` for devices whatever follows a dot, and drops dots and spaces at the end.
 */
export function isHostName(name: string, system: System = thisSystem): boolean {
  if (name.includes('\0') || name.includes('/')) return false;
  if (!isWindows(system)) return true;
  return !filenameReservedRegex().test(name) && !windowsReservedNameRegex().test(name);
}
