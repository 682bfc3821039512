/** Finds the symbols of a snapshot's kernel and program: in files that are named, or among the images built here. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { addressMap } from '../../images/abi/memory-map.ts';
import type { ImageFile } from '../../images/types.ts';
import type { SymbolSource } from '../guest/crash-report.ts';
import { loadedSymbols, placeText } from '../guest/elf/symbol-table.ts';
import { readUserFile } from '../guest/user-file.ts';
import type { SnapshotIdentity } from './contents.ts';
import type { AddressNames } from './diff.ts';

/** Names of images, as `nanvix-v86 images` lists them, that have the symbols of another, by that other's name. */
const SYMBOLS_OF: Readonly<Record<string, string>> = { python: 'python, with symbols' };

/** Symbols for addresses in a guest of this origin; where none are found, none are named. */
export async function findSymbols(
  identity: Pick<SnapshotIdentity, 'kernel' | 'program'>,
  named: { readonly kernel?: string; readonly program?: string } = {},
): Promise<AddressNames> {
  const built = await builtFiles(identity);
  const bytesOf = async (part: 'kernel' | 'program'): Promise<Uint8Array | undefined> => {
    const path = named[part];
    if (path !== undefined) return readUserFile(`${part}'s symbols`, path);
    const file = built[part];
    return file === undefined ? undefined : await readFile(file.path);
  };
  const [kernel, program] = await Promise.all([bytesOf('kernel'), bytesOf('program')]);
  const tables = {
    kernel: kernel && loadedSymbols(kernel, 0),
    program: program && loadedSymbols(program, addressMap.programBase),
  };
  return {
    describe: (address) => {
      const found = (address < addressMap.userBase ? tables.kernel : tables.program)?.at(address);
      return found === undefined ? undefined : placeText(found);
    },
  };
}

/**
 * The files that say the addresses of a restored guest: those that were named, else those built here if it is made of them.
 * For those who read only what they need.
 */
export async function symbolFilesOf(guest: {
  readonly identity: Pick<SnapshotIdentity, 'kernel' | 'program'>;
  readonly symbolFiles: SymbolSource;
}): Promise<SymbolSource> {
  const named = guest.symbolFiles;
  const built = await builtFiles(guest.identity);
  const reading = (part: 'kernel' | 'program') => (): Uint8Array | undefined => {
    const file = built[part];
    return named[part]() ?? (file === undefined ? undefined : readFileSync(file.path));
  };
  return {
    kernel: reading('kernel'),
    program: reading('program'),
    ...(named.bundled && { bundled: named.bundled }),
    sha256: {
      kernel: named.sha256.kernel ?? built.kernel?.sha256,
      program: named.sha256.program ?? built.program?.sha256,
    },
  };
}

/** Where they lie, as far as there are any. */
export async function pathsBuiltFor(
  identity: Pick<SnapshotIdentity, 'kernel' | 'program'>,
): Promise<{ readonly kernel?: string; readonly program?: string }> {
  const { kernel, program } = await builtFiles(identity);
  return { ...(kernel && { kernel: kernel.path }), ...(program && { program: program.path }) };
}

/** The images built here that have the symbols of a kernel and program, if these were built here. */
async function builtFiles(
  identity: Pick<SnapshotIdentity, 'kernel' | 'program'>,
): Promise<Record<'kernel' | 'program', ImageFile | undefined>> {
  const { findFullPythons, listImages } = await import('../../images/index.ts');
  const images = (await listImages()).flatMap(({ name, file }) =>
    file === undefined ? [] : [{ name, file }],
  );
  const fileOf = (part: 'kernel' | 'program'): ImageFile | undefined => {
    const built = images.find(({ file }) => file.sha256 === identity[part].sha256);
    if (built === undefined) return undefined;
    return (images.find(({ name }) => name === SYMBOLS_OF[built.name]) ?? built).file;
  };
  const program = fileOf('program');
  // Only then, because to look for it takes as long again.
  const full = program === undefined ? await findFullPythons() : [];
  const symbols = full.find(({ elf }) => elf.sha256 === identity.program.sha256)?.symbols;
  return { kernel: fileOf('kernel'), program: program ?? symbols };
}
