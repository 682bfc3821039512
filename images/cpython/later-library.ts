/**
 * What a Python after 3.11 makes of its own library: the package `encodings` frozen, and byte code. Both are made by that Python
 * itself, linked for Linux.
 */
import { cpSync } from 'node:fs';
import path from 'node:path';
import type { Step, StepContext } from '../build/step.ts';
import { pythonToolsStep, toolPath } from '../toolchain/recipe.ts';
import { frozenModules } from './freeze.ts';
import { own } from './common.ts';
import { SYMBOLS_FILE } from './link.ts';
import { unpackRelease, type Release } from './releases.ts';

/** Folders of the library that no guest program needs, and that are half of it: see stdlib.ts for 3.11's. */
const LEFT_OUT =
  /^(test|idlelib|tkinter|turtledemo|ensurepip|lib2to3|distutils|msilib|ctypes\/test|unittest\/test|sqlite3\/test|pydoc_data)(\/|$)/;

/** Unpacks the sources. @returns their folder, and what runs their Python. */
async function prepare(
  context: StepContext,
  release: Release,
  linux: Step,
): Promise<{ readonly sources: string; readonly python: (args: string[], cwd: string) => Promise<string> }> {
  const env = toolPath(context, pythonToolsStep);
  const sources = path.join(context.work, await unpackRelease(context, release, env));
  const program = path.join(context.filesOf(linux), SYMBOLS_FILE);
  const places = { ...env, PYTHONPATH: path.join(sources, 'Lib'), PYTHONDONTWRITEBYTECODE: '1' };
  return { sources, python: (args, cwd) => context.run(program, ['-S', ...args], { cwd, env: places }) };
}

/** Freezes what hello needs. Results: one header each. */
export function laterFreezeStep(release: Release, linux: Step): Step {
  return {
    name: `cpython-${release.minor}-freeze`,
    files: own('later-library.ts'),
    steps: [release.source, pythonToolsStep, linux],
    parameters: frozenModules,
    run: async (context) => {
      const { sources, python } = await prepare(context, release, linux);
      const script = path.join(sources, 'Programs', '_freeze_module.py');
      for (const [name, file] of frozenModules)
        await python([script, name, path.join(sources, 'Lib', file), `${name}.h`], context.out);
    },
  };
}

/** Results: `lib/python3.x/`, sources with byte code beside them that is used without a look at the source's time. */
export function laterStdlibStep(release: Release, linux: Step): Step {
  return {
    name: `cpython-${release.minor}-stdlib`,
    files: own('later-library.ts'),
    steps: [release.source, pythonToolsStep, linux],
    parameters: { leftOut: LEFT_OUT.source },
    run: async (context) => {
      const { sources, python } = await prepare(context, release, linux);
      const lib = path.join(sources, 'Lib');
      const target = path.join(context.out, 'lib', `python${release.minor}`);
      cpSync(lib, target, {
        recursive: true,
        filter: (file) => !LEFT_OUT.test(path.relative(lib, file)) && !/\.(exe|bat|ico|gif)$/.test(file),
      });
      const how = ['--invalidation-mode', 'unchecked-hash', '-s', context.out];
      await python(['-m', 'compileall', '-q', ...how, '.'], target);
    },
  };
}
