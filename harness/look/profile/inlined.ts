/**
 * Inlined calls: which functions the compiler put into the one that an address lies in. Asked of binutils' addr2line, once
 * for all addresses of a profile; starts that program, reads the ELF files it is told of.
 */
import { hex } from '../../../emulator/hex.ts';
import { execa } from 'execa';
import { InputError } from '../../guest/errors.ts';
import type { GuestSymbols } from '../symbols/index.ts';

/** ELF files with debug information, by whose addresses they name. Where there is none, nothing is known to be inlined. */
export interface DebugFiles {
  readonly kernel?: string;
  readonly program?: string;
}

/** The functions inlined at an address, outermost first, without the one that they are in. */
export type InlinedAt = (address: number) => readonly string[];

const UNKNOWN = '??';

/** Reads the answers of `addr2line -a -f -i`: an address, then a name and a place for each function, innermost first. */
export function parseInlined(answers: string): Map<number, readonly string[]> {
  const inlined = new Map<number, readonly string[]>();
  const lines = answers.split('\n');
  let names: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (line.startsWith('0x')) {
      names = [];
      inlined.set(Number.parseInt(line, 16), names);
    } else if (line !== '') {
      names.unshift(line);
      // The place of the name.
      at++;
    }
  }
  // The outermost is the function itself, which the symbol table knows better.
  for (const [address, found] of inlined) inlined.set(address, found[0] === UNKNOWN ? [] : found.slice(1));
  return inlined;
}

async function ask(
  tool: string,
  file: string,
  addresses: readonly number[],
): Promise<Map<number, readonly string[]>> {
  const input = addresses.map((address) => `${hex(address)}\n`).join('');
  const { stdout, failed, stderr } = await execa(tool, ['-a', '-f', '-i', '-e', file], {
    input,
    reject: false,
  });
  if (failed) throw new InputError(`${tool} cannot read ${file}: ${stderr.split('\n')[0] ?? ''}`);
  return parseInlined(stdout);
}

/**
 * Looks up what is inlined at some addresses of a guest.
 *
 * @param tool Path of addr2line.
 */
export async function inlinedAt(
  tool: string,
  files: DebugFiles,
  symbols: GuestSymbols,
  addresses: readonly number[],
): Promise<InlinedAt> {
  const found = new Map<number, readonly string[]>();
  for (const part of ['kernel', 'program'] as const) {
    const file = files[part];
    const wanted = addresses
      .map((address) => ({ address, place: symbols.inFile(address) }))
      .filter(({ place }) => place.file === part);
    if (file === undefined || wanted.length === 0) continue;
    const answers = await ask(tool, file, [...new Set(wanted.map(({ place }) => place.address))]);
    for (const { address, place } of wanted) found.set(address, answers.get(place.address) ?? []);
  }
  return (address) => found.get(address) ?? [];
}

/**
 * {@link inlinedAt} where this machine has the tool for it and the files are there; else why not, in half a sentence. A guest without
 * built images needs no toolchain but for this.
 */
export async function inlinedOrWhyNot(
  files: DebugFiles,
  symbols: GuestSymbols,
  addresses: readonly number[],
): Promise<{ readonly inlined: InlinedAt } | { readonly whyNot: string }> {
  const { BuildError, ensureAddr2line } = await import('../../../images/index.ts');
  try {
    return { inlined: await inlinedAt(await ensureAddr2line(), files, symbols, addresses) };
  } catch (error) {
    if (!(error instanceof BuildError) && !(error instanceof InputError)) throw error;
    return { whyNot: error.message };
  }
}
