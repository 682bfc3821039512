/**
 * `cc --compiler tcc`: TinyCC compiles inside the guest, so no compiler of this machine is asked. The same source gives the same bytes
 * on every machine.
 *
 * The volume holds the sysroot, and below `/files` the folders that the words name, with their headers. What must hold: nothing of the
 * user's is read but the sources, the objects named, and headers in their folders and in those of `-I`.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import {
  createRamfs,
  ensureTinyCompiler,
  readFolder,
  readRamfs,
  TCC_LIBRARIES,
  TCC_START_FILES,
} from '../../images/index.ts';
import { boot } from '../guest/boot.ts';
import { InputError } from '../guest/errors.ts';
import { readVolume } from '../guest/monitor/control-page.ts';
import type { CompilerWords } from './compiler-words.ts';

/** What came of it. */
export interface CompiledInGuest {
  /** Undefined where the compiler refused. */
  readonly file: Uint8Array | undefined;
  /** What it said, with the paths as the user gave them. */
  readonly diagnostics: string;
}

const HEADERS = new Set(['.h', '.inc', '.def', '.hpp']);
const WORDS_FILE = '/words';
const OUTPUT_FILE = '/output';
const ROOM_BYTES = 16 * 1024 * 1024;
/** Where programs of the guest are linked to. */
const TEXT = '-Wl,-Ttext=0x40000000';

/** Flags with a folder behind them. */
const FOLDER_FLAG = /^-(I|isystem)(.*)$/;

export async function compileInGuest(wanted: CompilerWords): Promise<CompiledInGuest> {
  if (wanted.product !== 'program' && wanted.product !== 'object')
    throw new InputError(
      'TinyCC makes programs and objects only: leave out -E and -S, or give --compiler gcc',
    );
  const { elf, sysroot } = await ensureTinyCompiler(wanted.era);
  const files = readFolder(sysroot);
  const places = new Places(files);
  const isObject = wanted.product === 'object';
  const words = [
    '-B/tcc',
    '-nostdinc',
    ...translated(wanted.flags, places),
    '-I/tcc/include',
    '-I/include',
    ...(isObject ? ['-c'] : ['-static', '-nostdlib', TEXT, ...inLibrary(TCC_START_FILES)]),
    ...wanted.sources.map((source) => places.file(source)),
    ...(isObject ? [] : inLibrary(TCC_LIBRARIES)),
    '-o',
    OUTPUT_FILE,
  ];
  files.set(WORDS_FILE, Buffer.from(words.map(quoted).join('\n')));
  const ramfs = createRamfs(files, { freeBytes: ROOM_BYTES });
  const guest = await boot({ program: elf.path, programName: 'tcc', ramfs, args: [`@${WORDS_FILE}`] });
  try {
    const stop = await guest.runToEnd();
    const said = places.asGiven(guest.errorOutput + guest.output);
    const isDone = stop.kind === 'exit' && stop.status === 0;
    const reason = stop.kind === 'exit' ? '' : `TinyCC ended by ${stop.kind}\n`;
    return {
      file: isDone ? readRamfs(readVolume(guest.machine.memory)).get(OUTPUT_FILE) : undefined,
      diagnostics: said + reason,
    };
  } finally {
    guest.dispose();
  }
}

const inLibrary = (names: readonly string[]): string[] => names.map((name) => `/lib/${name}`);

/** Words in a file are divided as a shell divides them. */
function quoted(word: string): string {
  return `"${word.replaceAll(/["\\]/g, '\\$&')}"`;
}

/** Objects and folders of headers as they lie in the volume; all else as it is. */
function translated(flags: readonly string[], places: Places): string[] {
  const words: string[] = [];
  for (let at = 0; at < flags.length; at += 1) {
    const flag = flags[at] ?? '';
    const [, kind, folder] = FOLDER_FLAG.exec(flag) ?? [];
    if (kind !== undefined) {
      words.push(`-I${places.folder(folder === '' || folder === undefined ? (flags[++at] ?? '') : folder)}`);
    } else words.push(flag.startsWith('-') ? flag : places.file(flag));
  }
  return words;
}

/** Where files of this machine lie in the volume. */
class Places {
  readonly #files: Map<string, Uint8Array>;
  /** By the folder as the user gave it. */
  readonly #folders = new Map<string, string>();

  constructor(files: Map<string, Uint8Array>) {
    this.#files = files;
  }

  /** Takes a file, and the headers of its folder. */
  file(given: string): string {
    const place = `${this.folder(dirname(given))}/${basename(given)}`;
    try {
      this.#files.set(place, readFileSync(given));
    } catch (error) {
      throw new InputError(
        `${given} can't be read (${(error as NodeJS.ErrnoException).code ?? 'error'}): check the path`,
      );
    }
    return place;
  }

  /** Takes the headers of a folder and of those below it. */
  folder(given: string): string {
    const known = this.#folders.get(given);
    if (known !== undefined) return known;
    const place = `/files/${this.#folders.size}`;
    this.#folders.set(given, place);
    this.#takeHeaders(resolve(given), place);
    return place;
  }

  #takeHeaders(folder: string, place: string): void {
    if (!existsSync(folder) || !statSync(folder).isDirectory()) return;
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
        this.#takeHeaders(path, `${place}/${entry.name}`);
      else if (entry.isFile() && HEADERS.has(extname(entry.name)))
        this.#files.set(`${place}/${entry.name}`, readFileSync(path));
    }
  }

  /** A text of the compiler's with the user's paths in it. */
  asGiven(text: string): string {
    let changed = text;
    for (const [given, place] of this.#folders)
      changed = changed.replaceAll(`${place}/`, given === '.' ? '' : `${given}/`);
    return changed;
  }
}
