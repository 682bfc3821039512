/** A guest that a command looks at while it runs: its phases, and the files that say most of its addresses. */
import type { BootImages } from '../../images/types.ts';
import type { PhaseOptions } from '../guest/phases/watch.ts';
import type { Guest } from '../guest/guest.ts';
import type { DebugFiles } from '../look/profile/index.ts';
import type { StartOptionValues, StartRequest } from './start-guest.ts';
import { filesOfRestored } from './symbol-files.ts';
import type { SymbolOptionValues } from './symbol-files.ts';

/** As commander hands them over. */
export interface ObservedGuestValues extends StartOptionValues, SymbolOptionValues {}

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
  const [symbols, ...others] = values.symbols ?? [];
  // What is inlined is asked of one program's file. In a bundle each has its own.
  const isOne = others.length === 0 && (guest.symbolFiles.bundled?.().length ?? 0) <= 1;
  const named = {
    ...(values.kernel !== undefined && { kernel: values.kernel }),
    ...(program !== undefined && values.sysroot === undefined && isOne && { program }),
    ...(values.kernelSymbols !== undefined && { kernel: values.kernelSymbols }),
    ...(symbols !== undefined && isOne && { program: symbols }),
  };
  if (images === undefined && values.restore === undefined) return named;
  const { pathsBuiltFor } = await import('../snapshots/find-symbols.ts');
  const built = await pathsBuiltFor(guest.identity);
  const isBuilt = symbols === undefined && built.program !== undefined;
  return { ...built, ...named, ...(isBuilt && { program: built.program }) };
}
