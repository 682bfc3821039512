/**
 * Which files of the caller a program is made from besides its sources: headers that lie beside them, and files that
 * flags name. Reads files; an over-estimate is harmless, a file left out would not be noticed when it changes.
 */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Values of a flag that may be joined or a word of its own: `-Ifolder`, `-I folder`. */
function valuesOf(flags: readonly string[], flag: string): string[] {
  return flags.flatMap((word, i) => {
    if (word === flag) return flags[i + 1] ?? [];
    return word.startsWith(flag) ? [word.slice(flag.length)] : [];
  });
}

/** Absolute paths of the caller's own files that sources and flags lead to, sources left out. */
export function dependenciesOf(sources: readonly string[], flags: readonly string[], cwd: string): string[] {
  const found = new Set<string>();
  const folders = ['-I', '-isystem', '-iquote', '-idirafter']
    .flatMap((flag) => valuesOf(flags, flag))
    .map((folder) => path.resolve(cwd, folder));
  const visit = (file: string): void => {
    for (const match of readFileSync(file, 'latin1').matchAll(
      /^[ \t]*#[ \t]*include(?:_next)?[ \t]*(["<])([^">\n]+)[">]/gm,
    )) {
      const [, quote, name = ''] = match;
      for (const folder of [...(quote === '"' ? [path.dirname(file)] : []), ...folders]) {
        const candidate = path.resolve(folder, name);
        if (found.has(candidate) || !isFile(candidate)) continue;
        found.add(candidate);
        visit(candidate);
      }
    }
  };
  for (const flag of flags) {
    // Linker scripts, forced includes, objects and archives: any word, or end of a word, that is a file.
    for (const word of [flag, flag.replace(/^-[A-Za-z]+[,=]?/, '')]) {
      const file = path.resolve(cwd, word);
      if (word !== '' && isFile(file)) found.add(file);
    }
  }
  for (const folder of valuesOf(flags, '-L')) {
    for (const name of valuesOf(flags, '-l')) {
      const archive = path.resolve(cwd, folder, `lib${name}.a`);
      if (isFile(archive)) found.add(archive);
    }
  }
  for (const file of valuesOf(flags, '-include')) {
    const header = path.resolve(cwd, file);
    if (isFile(header)) visit(header);
  }
  for (const source of sources) visit(source);
  return [...found].sort();
}
