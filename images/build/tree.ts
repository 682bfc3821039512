/**
 * Lists files of the project's folders, for steps that take a whole folder as an input. Reads folders only.
 */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { inProject } from './paths.ts';

/** Absolute paths of all files below a folder of the project whose names end in one of `endings`, sorted. */
export function projectFiles(folder: string, endings: readonly string[]): string[] {
  const walk = (inside: string): string[] =>
    readdirSync(inside, { withFileTypes: true }).flatMap((entry) => {
      const file = path.join(inside, entry.name);
      if (entry.isDirectory()) return walk(file);
      return endings.some((ending) => entry.name.endsWith(ending)) ? [file] : [];
    });
  return walk(inProject(folder)).sort();
}
