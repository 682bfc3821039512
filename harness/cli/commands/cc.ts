/** `nanvix-v86 cc`: a C compiler for the guest, with the toolchain, libc and POSIX layer that CPython is built with. */
import { extname } from 'node:path';
import { Command } from 'commander';
import type { Era } from '../../../images/abi/era.ts';
import { InputError } from '../../guest/errors.ts';
import { checkOutputs } from '../sink.ts';

const SOURCE_EXTENSIONS = new Set(['.c', '.S', '.s']);

/** Flags of the compiler whose value is the next word, so that a file name there is not taken for a source. */
const FLAGS_WITH_VALUE = new Set([
  '-D',
  '-U',
  '-I',
  '-L',
  '-l',
  '-include',
  '-isystem',
  '-idirafter',
  '-x',
  '-T',
  '-u',
  '-Xlinker',
]);

/** Name of the build's step that compiles the program itself. */
const PROGRAM_STEP = 'program';

interface CompilerArguments {
  readonly sources: readonly string[];
  readonly flags: readonly string[];
  readonly output: string;
  readonly era: Era;
}

export function ccCommand(setStatus: (status: number) => void): Command {
  return new Command('cc')
    .description(
      'compile C and assembler files into a program for the guest: cc file.c … -o file.elf [compiler flags]',
    )
    .argument(
      '<words...>',
      'sources, -o FILE, --era S or M (default: S), and any flags of the compiler and linker',
    )
    .allowUnknownOption()
    .helpOption('-h, --help', 'print this')
    .action(async (words: readonly string[]) => {
      const { sources, flags, output, era } = splitArguments(words);
      checkOutputs({ '-o': output });
      const { compileProgram } = await import('../../../images/index.ts');
      const { withProgress } = await import('../images-progress.ts');
      const { diagnostics } = await withProgress('Building the toolchain', (progress) =>
        compileProgram({
          sources,
          flags,
          output,
          era,
          signal: progress.signal,
          onProgress: (event) => {
            // The user asked for this step: only what has to be built before it is news.
            if (event.kind === 'warning' || event.step !== PROGRAM_STEP) progress.onProgress(event);
          },
        }),
      );
      if (diagnostics !== '') process.stderr.write(`${diagnostics.trimEnd()}\n`);
      setStatus(0);
    });
}

function eraOf(name: string | undefined): Era {
  if (name === 'S' || name === 'M') return name;
  throw new InputError(`--era ${name ?? ''} is no era: give S or M`);
}

/** Tells sources, output and flags apart as a compiler does. */
export function splitArguments(words: readonly string[]): CompilerArguments {
  const sources: string[] = [];
  const flags: string[] = [];
  let output: string | undefined;
  let era: Era = 'S';
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === '-o') {
      i += 1;
      output = words[i];
      if (output === undefined) throw new InputError('-o needs the name of the program to write');
    } else if (word === '--era') {
      i += 1;
      era = eraOf(words[i]);
    } else if (word.startsWith('-o')) {
      output = word.slice(2);
    } else if (FLAGS_WITH_VALUE.has(word)) {
      i += 1;
      flags.push(word, words[i] ?? '');
    } else if (!word.startsWith('-') && SOURCE_EXTENSIONS.has(extname(word))) {
      sources.push(word);
    } else {
      flags.push(word);
    }
  }
  if (sources.length === 0) throw new InputError('no source to compile: name a .c, .S or .s file');
  if (output === undefined) throw new InputError('no program to write: add -o FILE');
  return { sources, flags, output, era };
}
