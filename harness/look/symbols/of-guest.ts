/** The names of a guest's addresses, from the files it was booted with. */
import type { NamedProgram, SymbolSource } from '../../guest/crash-report.ts';
import { GuestSymbols, type SymbolSources } from './guest-symbols.ts';

/** What was read last, by the digests of the files: a suite boots the same two again and again. */
const read = new Map<string, GuestSymbols>();
/** Files are kept in memory with their symbols. */
const MOST_KEPT = 2;

/**
 * The symbols of a guest; guests of the same files share them.
 *
 * @param guest Anything that tells its files, such as a {@link Guest}.
 * @param instead Files to read instead of a stripped kernel or program; their addresses must be the same.
 */
export function guestSymbols(
  guest: { readonly symbolFiles: SymbolSource },
  instead: SymbolSources = {},
): GuestSymbols {
  const { symbolFiles } = guest;
  const kernel = (): Uint8Array | undefined => instead.kernel ?? symbolFiles.kernel();
  const program = (): Uint8Array | undefined => instead.program ?? symbolFiles.program();
  const bundled = (): readonly NamedProgram[] => instead.bundled ?? symbolFiles.bundled?.() ?? [];
  const readAll = (): GuestSymbols => readSymbols(kernel(), program(), bundled());
  if (Object.values(instead).some((file) => file !== undefined)) return readAll();
  const key = `${symbolFiles.sha256.kernel} ${symbolFiles.sha256.program}`;
  const symbols = read.get(key) ?? readAll();
  // the one that was asked for last goes last
  read.delete(key);
  read.set(key, symbols);
  for (const oldest of [...read.keys()].slice(0, -MOST_KEPT)) read.delete(oldest);
  return symbols;
}

function readSymbols(
  kernel: Uint8Array | undefined,
  program: Uint8Array | undefined,
  bundled: readonly NamedProgram[],
): GuestSymbols {
  return new GuestSymbols({
    bundled,
    ...(kernel === undefined ? {} : { kernel }),
    ...(program === undefined ? {} : { program }),
  });
}
