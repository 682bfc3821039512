/**
 * `nanvix-v86 cc` and `nanvix-v86 c++`: a compiler for the guest, with the toolchain, libc and POSIX layer that CPython is built
 * with, and for C++ with libstdc++.
 */
import { Command } from 'commander';
import type { CompilerWords } from '../compiler-words.ts';
import { readCompilerWords } from '../compiler-words.ts';
import { InputError } from '../../guest/errors.ts';
import { checkOutputs, Sink, writeUserFile } from '../sink.ts';

/** Name of the build's step that compiles the program itself. */
const PROGRAM_STEP = 'program';

type Language = 'c' | 'c++';

/** A compiler has no colon and no pipe in its way: what it says is told, and what it gives is written. */
async function make(wanted: CompilerWords, language: Language): Promise<void> {
  if (await compilesInGuest(wanted, language)) await makeInGuest(wanted);
  else await makeHere(wanted, language);
}

/** A machine without a compiler has one in the guest, for C. */
async function compilesInGuest({ compiler }: CompilerWords, language: Language): Promise<boolean> {
  if (compiler === 'tcc' && language === 'c++')
    throw new InputError('TinyCC knows no C++: give --compiler gcc');
  if (compiler !== undefined || language === 'c++') return compiler === 'tcc';
  const { hasCompiler } = await import('../../../images/index.ts');
  return !hasCompiler();
}

async function makeInGuest(wanted: CompilerWords): Promise<void> {
  const { compileInGuest } = await import('../compile-in-guest.ts');
  const { file, diagnostics } = await compileInGuest(wanted);
  if (file === undefined) {
    const { BuildError } = await import('../../../images/index.ts');
    throw new BuildError('compile-failed', diagnostics.trimEnd());
  }
  if (diagnostics !== '') process.stderr.write(`${diagnostics.trimEnd()}\n`);
  await writeUserFile(wanted.output ?? '', file, wanted.product === 'program' ? 0o777 : 0o666);
}

async function makeHere(wanted: CompilerWords, language: Language): Promise<void> {
  const { compileProduct } = await import('../../../images/index.ts');
  const { withProgress } = await import('../images-progress.ts');
  const { file, diagnostics } = await withProgress('Building the toolchain', (progress) =>
    compileProduct({
      ...wanted,
      ...(language === 'c++' ? { language } : {}),
      signal: progress.signal,
      onProgress: (event) => {
        // The user asked for this step: only what has to be built before it is news.
        if (event.kind === 'warning' || event.step !== PROGRAM_STEP) progress.onProgress(event);
      },
    }),
  );
  if (wanted.product === 'answer') new Sink(undefined, 'stdout').write(diagnostics);
  else if (diagnostics !== '') process.stderr.write(`${diagnostics.trimEnd()}\n`);
  if (wanted.product === 'preprocessed' && wanted.output === undefined && file !== undefined) {
    const { readFileSync } = await import('node:fs');
    new Sink(undefined, 'stdout').write(readFileSync(file.path));
  }
}

function compilerCommand(name: string, language: Language, setStatus: (status: number) => void): Command {
  const files = language === 'c' ? 'C, C++ and assembler files' : 'C++ files, C as C++ too,';
  return new Command(name)
    .description(
      `compile ${files} and link objects and archives into a program for the guest: ${name} FILE… -o PROGRAM [flags]`,
    )
    .argument(
      '<words...>',
      'sources, objects and archives, -o FILE, -c, -S or -E, --era S or M (default: S), --compiler gcc or tcc, and any flags of gcc',
    )
    .allowUnknownOption()
    .helpOption('-h, --help', 'print this')
    .action(async (words: readonly string[]) => {
      const products = readCompilerWords(words);
      for (const { output, dependencies } of products) checkOutputs({ '-o': output, '-MF': dependencies });
      for (const wanted of products) await make(wanted, language);
      setStatus(0);
    });
}

export function ccCommand(setStatus: (status: number) => void): Command {
  return compilerCommand('cc', 'c', setStatus);
}

export function cxxCommand(setStatus: (status: number) => void): Command {
  return compilerCommand('c++', 'c++', setStatus);
}
