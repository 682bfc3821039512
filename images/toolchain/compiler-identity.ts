/**
 * What decides a compiler's output, as one digest: two compilers of equal identity make the same files from the same
 * sources, wherever they lie and however they came there. Starts gcc to ask where its parts are, and reads those parts.
 *
 * Left out is what decides nothing: where things lie, the C library that the tools themselves run with, headers of other
 * languages, and all else that a package manager may add beside them.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { sha256 } from '../build/digest-memo.ts';

/** A compiler and what it works with. */
export interface CompilerParts {
  /** The program to start. */
  readonly gcc: string;
  /** binutils by name: the programs themselves, not scripts that start them. */
  readonly binutils: Readonly<Record<string, string>>;
  /** Folders, joined by colons, with libraries of their own; undefined where they use the machine's. */
  readonly libraryPath?: string;
}

export interface CompilerIdentity {
  /** SHA-256 over names and contents of the parts, and over how gcc calls them. */
  readonly digest: string;
  /** Absolute paths of the parts: while `stat` says the same of all of them, the digest is the same. */
  readonly files: readonly string[];
}

/** Programs of gcc, called by its driver. */
const programs = ['cc1', 'collect2', 'lto1', 'lto-wrapper'] as const;
/** Programs of binutils that write what others read; the rest of them only look. */
const writers: readonly string[] = ['ar', 'as', 'ld', 'objcopy', 'ranlib', 'strip'];
/** Libraries that parts of the tools live in: object formats, arithmetic on constants, loops. */
const DECIDING = /^lib(bfd|opcodes|gmp|mpfr|mpc|isl)\b/;

function ask(command: string, args: readonly string[], libraryPath: string | undefined): string {
  const environment = { ...process.env, LC_ALL: 'C' };
  const result = spawnSync(command, args, {
    encoding: 'utf8',
    env: libraryPath === undefined ? environment : { ...environment, LD_LIBRARY_PATH: libraryPath },
  });
  return result.status === 0 ? result.stdout : '';
}

/** The file that a path leads to; undefined where there is none, and for a bare name, which is gcc's way to say so. */
function fileAt(place: string): string | undefined {
  if (!path.isAbsolute(place)) return undefined;
  return statSync(place, { throwIfNoEntry: false })?.isFile() === true ? realpathSync(place) : undefined;
}

/** The deciding libraries that a program is linked with. */
function librariesOf(program: string, libraryPath: string | undefined): string[] {
  const lines = ask('ldd', [program], libraryPath).split('\n');
  return lines.flatMap((line) => {
    const [, name = '', place = ''] = /^\s*(\S+) => (\S+)/.exec(line) ?? [];
    return DECIDING.test(name) ? [place] : [];
  });
}

/** Finds the parts of a compiler that decide its output, and digests them. */
export function identityOfCompiler({ gcc, binutils, libraryPath }: CompilerParts): CompilerIdentity {
  const asked = (...args: string[]): string => ask(gcc, args, undefined).trim();
  const parts = new Map<string, string>();
  const add = (name: string, place: string): void => {
    const file = fileAt(place);
    if (file !== undefined) parts.set(name, file);
  };
  for (const name of programs) add(name, asked(`-print-prog-name=${name}`));
  for (const name of writers) add(name, binutils[name] ?? '');
  for (const file of [...parts.values()])
    for (const library of librariesOf(file, libraryPath)) add(path.basename(library), library);
  add('lto plugin', asked('-print-file-name=liblto_plugin.so'));
  add('libgcc', asked('-m32', '-print-libgcc-file-name'));
  const headers = asked('-m32', '-print-file-name=include');
  if (path.isAbsolute(headers))
    for (const name of readdirSync(headers)) add(`include/${name}`, path.join(headers, name));
  const contents = [...parts].map(([name, file]) => [name, sha256(readFileSync(file))]);
  const facts = [sha256(asked('-dumpspecs')), ...contents.sort()];
  return { digest: sha256(JSON.stringify(facts)), files: [...parts.values()] };
}
