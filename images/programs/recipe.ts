/**
 * Programs for the guest from anyone's C files: what `nanvix-v86 cc` does. The result depends on contents and flags, not
 * on where the files lie, so equal programs are compiled once.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Era } from '../abi/eras.ts';
import { headersSteps } from '../abi/recipe.ts';
import { sha256 } from '../build/digest-memo.ts';
import { BuildError } from '../build/errors.ts';
import { inProject } from '../build/paths.ts';
import { failedOutput } from '../build/run-tool.ts';
import type { Parameter, Step, StepContext } from '../build/step.ts';
import { projectFiles } from '../build/tree.ts';
import { libposixSteps } from '../libposix/recipe.ts';
import { muslStep } from '../musl/recipe.ts';
import { compilerFile, writeGuestCompiler } from '../toolchain/guest-compiler.ts';
import { layoutFile, layoutFlags } from '../toolchain/layout.ts';
import { dependenciesOf } from '../toolchain/includes.ts';
import { toolchainStep, toolPath } from '../toolchain/recipe.ts';

/** Result with what the compiler said. */
export const DIAGNOSTICS_FILE = 'diagnostics.txt';

/** A program to compile. Paths are absolute or relative to `cwd`. */
export interface ProgramSource {
  readonly sources: readonly string[];
  readonly flags: readonly string[];
  readonly cwd: string;
  /** Kernel interface that the program is for; `S` by default. */
  readonly era?: Era;
}

/** Name of a program's result: that of its first source. */
export function programName(sources: readonly string[]): string {
  return `${path.parse(sources[0] ?? 'program').name}.elf`;
}

function librarySteps({ era = 'S' }: ProgramSource): readonly Step[] {
  return [muslStep, headersSteps[era], libposixSteps[era]['no-pie']];
}

function digestOf(file: string): string {
  try {
    return sha256(readFileSync(file));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new BuildError('source-unreadable', `${file} can't be read (${code}): check the path`, {
      cause: error,
    });
  }
}

async function compile(
  context: StepContext,
  program: ProgramSource,
  sources: readonly string[],
): Promise<void> {
  const [musl, headers, posix] = librarySteps(program).map((step) => context.filesOf(step));
  const compiler = await writeGuestCompiler(context, {
    includes: [path.join(musl ?? '', 'include'), headers ?? '', inProject('images/libposix/include')],
    layout: layoutFlags('no-pie'),
    linkFirst: [`-L${musl ?? ''}/lib`, `-L${posix ?? ''}/lib`, '-Wl,-u,_start'],
    linkLast: ['-lposix', '-lc'],
  });
  const folders = [...new Set(sources.map((file) => path.dirname(file)))];
  const places = folders.map((folder) => `-ffile-prefix-map=${folder}=/program`);
  const target = path.join(context.out, programName(sources));
  let said: string;
  try {
    said = await context.run(compiler, [...places, ...sources, ...program.flags, '-o', target], {
      cwd: program.cwd,
      env: toolPath(context),
    });
  } catch (error) {
    const output = failedOutput(error);
    if (output === undefined) throw error;
    throw new BuildError(
      'compile-failed',
      `${programName(sources)} can't be compiled:\n${output.trimEnd()}`,
      {
        cause: error,
      },
    );
  }
  writeFileSync(path.join(context.out, DIAGNOSTICS_FILE), said);
}

/** What of a program's own files its result depends on. */
export function sourceDigests({ sources, flags, cwd }: ProgramSource): Readonly<Record<string, Parameter>> {
  const named = (file: string): Parameter => ({ name: path.basename(file), sha256: digestOf(file) });
  const absolute = sources.map((file) => path.resolve(cwd, file));
  return {
    sources: absolute.map(named),
    flags,
    others: dependenciesOf(absolute, flags, cwd).map(named),
  };
}

/** The step that compiles and links a program. Results: `programName(sources)` and `diagnosticsFile`. */
export function programStep(program: ProgramSource): Step {
  const sources = program.sources.map((file) => path.resolve(program.cwd, file));
  return {
    name: 'program',
    files: [
      inProject('images/programs/recipe.ts'),
      compilerFile,
      layoutFile,
      ...projectFiles('images/libposix/include', ['.h']),
    ],
    steps: [toolchainStep, ...librarySteps(program)],
    parameters: sourceDigests(program),
    run: (context) => compile(context, program, sources),
  };
}
