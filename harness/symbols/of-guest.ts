/** The names of a guest's addresses, from the files it was booted with. */
import type { SymbolSource } from '../crash-report.ts';
import { GuestSymbols, type SymbolSources } from './guest-symbols.ts';

/**
 * Reads the symbols of a guest.
 *
 * @param guest Anything that tells its files, such as a {@link Guest}.
 * @param instead Files to read instead of a stripped kernel or program; their addresses must be the same.
 */
export function guestSymbols(
  guest: { readonly symbolFiles: SymbolSource },
  instead: SymbolSources = {},
): GuestSymbols {
  const kernel = instead.kernel ?? guest.symbolFiles.kernel();
  const program = instead.program ?? guest.symbolFiles.program();
  return new GuestSymbols({
    ...(kernel === undefined ? {} : { kernel }),
    ...(program === undefined ? {} : { program }),
  });
}
