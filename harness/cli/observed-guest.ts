/** A guest that a command looks at while it runs, with the names of its addresses. */
import { InputError } from '../guest/errors.ts';
import type { Guest } from '../guest/guest.ts';
import type { BootOptions } from '../guest/options.ts';
import type { DebugFiles } from '../look/profile/index.ts';
import type { GuestSymbols } from '../look/symbols/index.ts';
import { bootOptionsOf, type GuestOptionValues } from './guest-options.ts';
import { readUserFile } from './sink.ts';

/** As commander hands them over. */
export interface ObservedGuestValues extends GuestOptionValues {
  readonly programName?: string;
  readonly symbols?: string;
  readonly kernelSymbols?: string;
}

export interface ObservedGuest {
  readonly guest: Guest;
  readonly symbols: GuestSymbols;
  /** The ELF files that say most of the guest's addresses. */
  readonly debugFiles: DebugFiles;
}

/** The names of a guest's addresses, from its own files or those that the caller names instead. */
export async function symbolsOf(
  guest: Guest,
  { symbols, kernelSymbols }: Pick<ObservedGuestValues, 'symbols' | 'kernelSymbols'>,
): Promise<GuestSymbols> {
  const { guestSymbols } = await import('../look/symbols/index.ts');
  const found = guestSymbols(guest, {
    ...(symbols !== undefined && { program: readUserFile('symbol file', symbols) }),
    ...(kernelSymbols !== undefined && { kernel: readUserFile('symbol file', kernelSymbols) }),
  });
  for (const [path, table] of [
    [symbols, found.program],
    [kernelSymbols, found.kernel],
  ] as const) {
    if (path !== undefined && (table?.symbols.length ?? 0) === 0)
      throw new InputError(`the symbol file ${path} has no symbols: give an ELF file that is not stripped`);
  }
  return found;
}

/** Boots a guest, hands it over with its symbols, and disposes of it. */
export async function withObservedGuest<Result>(
  program: string,
  commandLine: string,
  values: ObservedGuestValues,
  streams: Pick<BootOptions, 'stdin' | 'onOutput'>,
  use: (observed: ObservedGuest) => Promise<Result>,
): Promise<Result> {
  const [{ boot }, { BUILT_PROGRAMS }, { findImages }, { DEFAULT_MEMORY_MIB }] = await Promise.all([
    import('../guest/boot.ts'),
    import('../guest/guest-files.ts'),
    import('./images-progress.ts'),
    import('../guest/options.ts'),
  ]);
  const { images } = await findImages(program, values.kernel, values.memory, values.era);
  const guest = await boot({
    ...bootOptionsOf(values),
    ...(images && { images }),
    ...(values.programName !== undefined && { programName: values.programName }),
    program,
    commandLine,
    ...streams,
  });
  try {
    const symbols = await symbolsOf(guest, values);
    const isBuilt = BUILT_PROGRAMS.some((name) => name === program);
    const kernels: Readonly<Record<number, { readonly path: string }>> = images?.kernel ?? {};
    const kernel =
      values.kernelSymbols ?? values.kernel ?? kernels[values.memory ?? DEFAULT_MEMORY_MIB]?.path;
    const builtFile = isBuilt ? images?.python?.debug.path : program;
    const programFile = values.symbols ?? builtFile;
    return await use({
      guest,
      symbols,
      debugFiles: {
        ...(kernel !== undefined && { kernel }),
        ...(programFile !== undefined && { program: programFile }),
      },
    });
  } finally {
    guest.dispose();
  }
}
