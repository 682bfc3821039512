/**
 * Libraries of others that extension modules of `python-full` stand on, as static archives for the guest: upstream's sources
 * as they are. Each library is data, in a file of its own; this one compiles them all. zlib has a recipe of its own, since
 * hello's Python is linked with it too.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { SourceName } from '../build/lock-file.ts';
import { inProject } from '../build/paths.ts';
import type { Step, StepContext } from '../build/step.ts';
import { muslStep } from '../musl/recipe.ts';
import { compileAll, compileFile } from '../toolchain/compile.ts';
import { debugFlags } from '../toolchain/debug-info.ts';
import { compilerFile, writeGuestCompiler } from '../toolchain/guest-compiler.ts';
import { pythonToolsStep, toolchainStep, toolPath } from '../toolchain/recipe.ts';
import { sourceStep, unpackSource } from '../toolchain/sources.ts';

/** A library. Paths are relative to the folder that its source archive holds. */
export interface Library {
  readonly name: SourceName;
  /** What to compile: C and assembler. */
  readonly sources: readonly string[];
  /** What its own configure would tell the compiler; `-I` takes a path like the others here. */
  readonly flags: readonly string[];
  /** Headers for those who use it, by the name under which they include each. */
  readonly headers: Readonly<Record<string, string>>;
  /** Headers that its configure makes of a template. */
  readonly templates?: Readonly<Record<string, HeaderTemplate>>;
}

/** A template, and what stands for each `@NAME@` in it or makes an `#undef NAME` a definition. */
export interface HeaderTemplate {
  readonly file: string;
  readonly values: Readonly<Record<string, string>>;
}

const flags = ['-O2', '-fomit-frame-pointer', '-fno-asynchronous-unwind-tables', '-w', ...debugFlags];

/** A template with its values filled in. A `@NAME@` without one is a mistake: it would stand in a header as it is. */
function fillIn(text: string, { file, values }: HeaderTemplate): string {
  const inserted = text.replaceAll(/@(\w+)@/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${file} wants a value for ${name}`);
    return value;
  });
  return inserted.replaceAll(/^#undef (\w+)$/gm, (line, name: string) => {
    const value = values[name];
    return value === undefined ? line : `#define ${name} ${value}`;
  });
}

async function build(context: StepContext, library: Library, source: Step): Promise<void> {
  const env = toolPath(context, toolchainStep, pythonToolsStep);
  const root = path.join(context.work, await unpackSource(context, source, library.name, env));
  const [include, lib] = [path.join(context.out, 'include'), path.join(context.out, 'lib')];
  mkdirSync(lib);
  for (const [name, from] of Object.entries(library.headers)) {
    mkdirSync(path.dirname(path.join(include, name)), { recursive: true });
    copyFileSync(path.join(root, from), path.join(include, name));
  }
  for (const [name, template] of Object.entries(library.templates ?? {}))
    writeFileSync(
      path.join(include, name),
      fillIn(readFileSync(path.join(root, template.file), 'utf8'), template),
    );
  const includes = [include, path.join(context.filesOf(muslStep), 'include')];
  const compiler = await writeGuestCompiler(context, { includes, layout: [], linkFirst: [], linkLast: [] });
  const objects = await compileAll(context, {
    compiler,
    root,
    sources: library.sources,
    flags: [...flags, ...library.flags.map((flag) => flag.replace(/^-I/, `-I${root}/`))],
    objects: path.join(context.work, 'objects'),
  });
  await context.run('ar', ['rcsD', path.join(lib, archiveFile(library)), ...objects], { env });
}

/** Name of a library's archive. */
const archiveFile = ({ name }: Library): string => `lib${name}.a`;

const steps = new Map<Library, Step>();

/** The step of a library. Results: `include/`, and its archive below `lib/`. */
export function libraryStep(library: Library): Step {
  const known = steps.get(library);
  if (known !== undefined) return known;
  const source = sourceStep(library.name);
  const { sources, headers, templates = {} } = library;
  const step: Step = {
    name: `library-${library.name}`,
    files: [inProject('images/libraries/recipe.ts'), compileFile, compilerFile],
    steps: [source, toolchainStep, pythonToolsStep, muslStep],
    parameters: {
      sources,
      headers,
      templates: Object.values(templates).map(({ file, values }) => ({ file, values })),
      flags: [...flags, ...library.flags],
    },
    run: (context) => build(context, library, source),
  };
  steps.set(library, step);
  return step;
}

/** Where a built library's archive is. */
export function libraryArchive(context: Pick<StepContext, 'filesOf'>, library: Library): string {
  return path.join(context.filesOf(libraryStep(library)), 'lib', archiveFile(library));
}

/** Where a built library's headers are. */
export function libraryHeaders(context: Pick<StepContext, 'filesOf'>, library: Library): string {
  return path.join(context.filesOf(libraryStep(library)), 'include');
}
