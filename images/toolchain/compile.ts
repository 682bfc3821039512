/**
 * Compiles many files of C and assembler at once: one process of the compiler each, as many as there are processors.
 */
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { inProject } from '../build/paths.ts';
import type { StepContext } from '../build/step.ts';

/** This file: an input of every step that compiles with it. */
export const compileFile: string = inProject('images/toolchain/compile.ts');

export interface CompileJob {
  readonly compiler: string;
  /** Absolute paths, or relative to `root`. */
  readonly sources: readonly string[];
  readonly root: string;
  readonly flags: readonly string[];
  /** Folder for the objects, made if missing. */
  readonly objects: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Name of a source's object: its path with slashes joined, so that equal names in two folders don't meet. */
function objectName(source: string): string {
  return `${source.replace(/^.*\.\.\//, '').replaceAll('/', '-')}.o`;
}

/** Compiles all sources and returns the objects in the order of the sources. */
export async function compileAll(context: StepContext, job: CompileJob): Promise<string[]> {
  mkdirSync(job.objects, { recursive: true });
  const objects = job.sources.map((source) => path.join(job.objects, objectName(source)));
  const pending = job.sources.entries();
  const worker = async (): Promise<void> => {
    for (const [index, source] of pending) {
      const object = objects[index] ?? '';
      // The job's own flags come last: of two maps for a path gcc takes the later.
      const args = [...context.prefixMap, ...job.flags, '-c', path.resolve(job.root, source), '-o', object];
      await context.run(job.compiler, args, job.env === undefined ? {} : { env: job.env });
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return objects;
}
