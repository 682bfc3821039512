/**
 * Reads the words of `cc` and `c++` as a compiler reads them: what is to be made, of which sources, and what goes through to
 * the compiler as it stands. A pure function over the words.
 */
import { extname, parse } from 'node:path';
import type { Era } from '../../images/abi/era.ts';
import type { Product } from '../../images/types.ts';
import { InputError } from '../guest/errors.ts';

const SOURCE_EXTENSIONS = new Set('.c .i .S .s .sx .cc .cp .cxx .cpp .c++ .C .CPP .ii'.split(' '));
const OBJECT_EXTENSIONS = new Set(['.o', '.a', '.obj', '.lo']);

/** Flags of the compiler whose value is the next word, so that a file name there is not taken for a source. */
const FLAGS_WITH_VALUE = new Set(
  '-D -U -I -L -l -include -imacros -isystem -iquote -idirafter -x -T -u -z -e -MF -MT -MQ --param -Xlinker -Xassembler -Xpreprocessor'.split(
    ' ',
  ),
);

/** What says which step of the compiler is the last; of several the earliest counts. */
const PRODUCTS: readonly (readonly [flag: RegExp, product: Product])[] = [
  [/^(-E|-MM?)$/, 'preprocessed'],
  [/^-S$/, 'assembly'],
  [/^-c$/, 'object'],
];

/** Words that ask the compiler about itself. */
const QUESTIONS = /^(--version|-###|-v|--help(=.*)?|--target-help|-dump.*|--?print-.*)$/;

export interface CompilerWords {
  readonly product: Product;
  readonly sources: readonly string[];
  /** All else, objects and archives among it, in order. */
  readonly flags: readonly string[];
  /** A file; for `preprocessed` undefined means standard output. Objects and assembly without one lie in the current folder. */
  readonly output: string | undefined;
  /** Where to say what an object was made from, for make. */
  readonly dependencies: string | undefined;
  readonly era: Era;
  /** `gcc`: this machine's; `tcc`: TinyCC in the guest. Undefined: gcc where there is one. */
  readonly compiler?: CompilerName | undefined;
}

export type CompilerName = 'gcc' | 'tcc';

function eraOf(name: string | undefined): Era {
  if (name === 'S' || name === 'M') return name;
  throw new InputError(`--era ${name ?? ''} is no era: give S or M`);
}

function compilerOf(name: string | undefined): CompilerName {
  if (name === 'gcc' || name === 'tcc') return name;
  throw new InputError(`--compiler ${name ?? ''} is no compiler here: give gcc or tcc`);
}

/** The words, told apart. */
class Reader {
  readonly sources: string[] = [];
  readonly flags: string[] = [];
  output: string | undefined;
  dependencies: string | undefined;
  era: Era = 'S';
  compiler: CompilerName | undefined;

  constructor(words: readonly string[]) {
    for (let i = 0; i < words.length; i++) i += this.#take(words[i] ?? '', words[i + 1]);
  }

  /** Takes a word, and says how many behind it belong to it. */
  #take(word: string, next: string | undefined): 0 | 1 {
    if (word === '-shared' || word === '--shared')
      throw new InputError(
        `${word} can't be had: a program for the guest is one static file; link its objects and archives instead`,
      );
    if (word === '-') throw new InputError('standard input is no source here: name a file');
    if (word === '--era') {
      this.era = eraOf(next);
      return 1;
    }
    if (word === '--compiler') {
      this.compiler = compilerOf(next);
      return 1;
    }
    if (word === '-o' && next === undefined) throw new InputError('-o needs the name of the file to write');
    if (word === '-o' || word === '-MF') {
      if (word === '-o') this.output = next;
      else this.dependencies = next;
      return 1;
    }
    if (word.startsWith('-o')) this.output = word.slice(2);
    else if (FLAGS_WITH_VALUE.has(word)) {
      this.flags.push(word, next ?? '');
      return 1;
    } else if (!word.startsWith('-') && SOURCE_EXTENSIONS.has(extname(word))) this.sources.push(word);
    else this.flags.push(word);
    return 0;
  }

  get objects(): readonly string[] {
    return this.flags.filter((word) => !word.startsWith('-') && OBJECT_EXTENSIONS.has(extname(word)));
  }
}

/** Where make is to read what an object was made from, and under which name. */
function dependencyWords(read: Reader, object: string): { flags: string[]; file: string | undefined } {
  if (!read.flags.some((word) => /^-MM?D$/.test(word))) return { flags: [], file: undefined };
  const { dir, name } = parse(object);
  const named = read.flags.some((word) => /^-M[TQ]/.test(word));
  return {
    flags: named ? [] : ['-MQ', object],
    file: read.dependencies ?? `${dir === '' ? '' : `${dir}/`}${name}.d`,
  };
}

/** Each file that is to be made, with the words for it: one program, or an object of each source. */
export function readCompilerWords(words: readonly string[]): readonly CompilerWords[] {
  const read = new Reader(words);
  const { sources, flags, output, era, compiler } = read;
  const asks = words.some((word) => QUESTIONS.test(word)) && (sources.length === 0 || words.includes('-###'));
  if (asks) {
    const target = output === undefined ? [] : ['-o', output];
    return [
      {
        product: 'answer',
        sources,
        flags: [...flags, ...target],
        output: undefined,
        dependencies: undefined,
        era,
        compiler,
      },
    ];
  }
  if (sources.length === 0 && read.objects.length === 0)
    throw new InputError(
      'no source to compile: name a .c, .cc, .S or .s file, or an object or archive to link',
    );
  const [, product] = PRODUCTS.find(([flag]) => flags.some((word) => flag.test(word))) ?? [
    undefined,
    'program',
  ];
  if (product === 'program') {
    if (output === undefined) throw new InputError('no program to write: add -o FILE');
    return [{ product, sources, flags, output, dependencies: undefined, era, compiler }];
  }
  if (sources.length === 0)
    throw new InputError('no source to compile: objects and archives are only linked');
  if (sources.length > 1 && output !== undefined)
    throw new InputError(`-o ${output} is one file, and ${sources.length} are to be made: leave it out`);
  const rest = flags.filter((word) => !/^-[cSE]$/.test(word));
  return sources.map((source) => {
    const own = product === 'object' ? '.o' : '.s';
    const target = output ?? (product === 'preprocessed' ? undefined : `${parse(source).name}${own}`);
    const wanted = dependencyWords(read, target ?? source);
    return {
      product,
      sources: [source],
      flags: [...rest, ...wanted.flags],
      output: target,
      dependencies: wanted.file,
      era,
      compiler,
    };
  });
}
