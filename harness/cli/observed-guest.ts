/** A guest that a command looks at while it runs: the names of its addresses, and the files that say most of them. */
import type { BootImages } from '../../images/types.ts';
import type { SymbolSource } from '../guest/crash-report.ts';
import { InputError } from '../guest/errors.ts';
import type { PhaseOptions } from '../guest/phases/watch.ts';
import type { Guest } from '../guest/guest.ts';
import type { DebugFiles } from '../look/profile/index.ts';
import type { GuestSymbols } from '../look/symbols/index.ts';
import { readUserFile } from './sink.ts';
import type { StartOptionValues, StartRequest } from './start-guest.ts';

/** As commander hands them over. */
export interface ObservedGuestValues extends StartOptionValues {
  readonly symbols?: string;
  readonly kernelSymbols?: string;
}

/**
 * The names of a guest's addresses, from its own files or those that the caller names instead. Of a restored guest whose
 * files were not named, those built here are taken if it is made of them.
 */
export async function symbolsOf(
  guest: Guest,
  { symbols, kernelSymbols, restore }: Pick<ObservedGuestValues, 'symbols' | 'kernelSymbols' | 'restore'>,
): Promise<GuestSymbols> {
  const { guestSymbols } = await import('../look/symbols/index.ts');
  const read = (path: string | undefined): Buffer | undefined =>
    path === undefined ? undefined : readUserFile('symbol file', path);
  const [program, kernel] = [read(symbols), read(kernelSymbols)];
  const symbolFiles = restore === undefined ? guest.symbolFiles : await filesOfRestored(guest);
  const found = guestSymbols({ symbolFiles }, { ...(program && { program }), ...(kernel && { kernel }) });
  for (const [path, table] of [
    [symbols, found.program],
    [kernelSymbols, found.kernel],
  ] as const) {
    if (path !== undefined && (table?.symbols.length ?? 0) === 0)
      throw new InputError(`the symbol file ${path} has no symbols: give an ELF file that is not stripped`);
  }
  return found;
}

const filesOfRestored = async (guest: Guest): Promise<SymbolSource> =>
  (await import('../snapshots/find-symbols.ts')).symbolFilesOf(guest);

/** How the phases of a restored guest are told. */
export async function restoredPhases(guest: Guest): Promise<PhaseOptions> {
  return { first: 'restored', symbols: await filesOfRestored(guest) };
}

/** The files with the debug information of a guest that was started, as far as there are any. */
export async function debugFilesOf(
  guest: Guest,
  { program, values }: StartRequest & { readonly values: ObservedGuestValues },
  images: BootImages | undefined,
): Promise<DebugFiles> {
  const named = {
    ...(values.kernel !== undefined && { kernel: values.kernel }),
    ...(program !== undefined && values.sysroot === undefined && { program }),
    ...(values.kernelSymbols !== undefined && { kernel: values.kernelSymbols }),
    ...(values.symbols !== undefined && { program: values.symbols }),
  };
  if (images === undefined && values.restore === undefined) return named;
  const { pathsBuiltFor } = await import('../snapshots/find-symbols.ts');
  const built = await pathsBuiltFor(guest.identity);
  const isBuilt = values.symbols === undefined && built.program !== undefined;
  return { ...built, ...named, ...(isBuilt && { program: built.program }) };
}
