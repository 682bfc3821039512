/**
 * The options that name files with symbols, for every command that looks at a guest: `--symbols [PROGRAM=]FILE`, `--kernel-symbols FILE`.
 *
 * What must hold: a file that names nothing in this guest is refused, and never taken for another program's.
 */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import type { NamedProgram, SymbolSource } from '../guest/crash-report.ts';
import { InputError } from '../guest/errors.ts';
import { readProgramFile } from '../guest/elf/program-file.ts';
import type { Guest } from '../guest/guest.ts';
import type { GuestSymbols, SymbolSources } from '../look/symbols/index.ts';
import type { StartOptionValues } from './start-guest.ts';
import { readUserFile } from '../guest/user-file.ts';

/** As commander hands them over. */
export interface SymbolOptionValues {
  readonly symbols?: readonly string[];
  readonly kernelSymbols?: string;
}

interface SymbolFile {
  /** Name or number of the program that it is for; undefined where the file itself is to tell. */
  readonly program: string | undefined;
  readonly path: string;
  readonly bytes: Uint8Array;
}

const append = (text: string, before: readonly string[] = []): string[] => [...before, text];

export function addSymbolOptions(command: Command): Command {
  return command
    .option(
      '--symbols <file>',
      "ELF file with the program's symbols, where it is stripped; PROGRAM=FILE for one of several programs, as often as needed",
      append,
    )
    .option('--kernel-symbols <file>', "ELF file with the kernel's symbols, where the kernel is stripped");
}

/**
 * The names of a guest's addresses, from its own files or those that the caller names instead. Of a restored guest whose
 * files were not named, those built here are taken if it is made of them.
 *
 * @throws InputError for a file without symbols, or of no program of this guest.
 */
export async function symbolsOf(
  guest: Guest,
  { symbols, kernelSymbols, restore }: SymbolOptionValues & Pick<StartOptionValues, 'restore'>,
): Promise<GuestSymbols> {
  const { guestSymbols } = await import('../look/symbols/index.ts');
  const given = (symbols ?? []).map(readSymbolFile);
  const kernel = kernelSymbols === undefined ? undefined : readUserFile('symbol file', kernelSymbols);
  for (const [path, bytes] of [
    ...given.map((one) => [one.path, one.bytes] as const),
    ...(kernel === undefined ? [] : [[kernelSymbols, kernel] as const]),
  ]) {
    if (readProgramFile(bytes).symbols.length === 0)
      throw new InputError(`the symbol file ${path} has no symbols: give an ELF file that is not stripped`);
  }
  const symbolFiles = restore === undefined ? guest.symbolFiles : await filesOfRestored(guest);
  return guestSymbols({ symbolFiles }, { ...placed(given, symbolFiles, guest), ...(kernel && { kernel }) });
}

/** Where the symbols of a restored guest are. */
export const filesOfRestored = async (guest: Guest): Promise<SymbolSource> =>
  (await import('../snapshots/find-symbols.ts')).symbolFilesOf(guest);

function readSymbolFile(text: string): SymbolFile {
  const at = text.indexOf('=');
  const isPath = at <= 0 || existsSync(text);
  const path = isPath ? text : text.slice(at + 1);
  return {
    program: isPath ? undefined : text.slice(0, at),
    path,
    bytes: readUserFile('symbol file', path),
  };
}

/** Which program each file is for. */
function placed(given: readonly SymbolFile[], files: SymbolSource, guest: Guest): SymbolSources {
  const [first, ...others] = given;
  if (first === undefined) return {};
  const bundled = files.bundled?.() ?? [];
  if (bundled.length > 1) return { bundled: given.reduce<readonly NamedProgram[]>(giveSymbols, bundled) };
  const isOne = others.length === 0 && [undefined, guest.identity.program.name].includes(first.program);
  if (isOne) return { program: first.bytes };
  // Programs that came in some other way than by a bundle, such as those of an initrd of another form.
  const unnamed = given.find(({ program }) => program === undefined);
  if (unnamed !== undefined)
    throw new InputError(`more than one file has symbols: say whose ${unnamed.path} are, as PROGRAM=FILE`);
  return { bundled: given.map(({ program, path, bytes }) => ({ name: program ?? basename(path), bytes })) };
}

/** Gives a program of a bundle its symbols: the one that is named, or those whose code the file has. */
function giveSymbols(
  programs: readonly NamedProgram[],
  { program, path, bytes }: SymbolFile,
): readonly NamedProgram[] {
  const isMeant = ({ name, pid, bytes: code }: NamedProgram): boolean =>
    program === undefined ? hasSameCode(code, bytes) : name === program || String(pid) === program;
  if (!programs.some(isMeant)) {
    const names = programs.map(({ name }) => name).join(', ');
    throw new InputError(
      program === undefined
        ? `${path} has the code of none of the bundle's programs: say whose symbols it has, as PROGRAM=FILE (${names})`
        : `no program of the bundle is named ${program}: ${names}`,
    );
  }
  return programs.map((one) => (isMeant(one) ? { ...one, symbolFile: bytes } : one));
}

function hasSameCode(one: Uint8Array, other: Uint8Array): boolean {
  const [a, b] = [one, other].map((file) =>
    readProgramFile(file).segments.filter(({ executable }) => executable),
  );
  if (a === undefined || b === undefined || a.length === 0 || a.length !== b.length) return false;
  return a.every(({ address, bytes }, index) => {
    const same = b[index];
    return same?.address === address && Buffer.compare(bytes, same.bytes) === 0;
  });
}
