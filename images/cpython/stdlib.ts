/** CPython's standard library for the ramfs of programs that import more than hello does. */
import { cpSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { Step } from '../build/step.ts';
import { pythonToolsStep, toolPath } from '../toolchain/recipe.ts';
import { unpackSource } from '../toolchain/sources.ts';
import { cpythonSource, own } from './common.ts';

/** Folders of the standard library that no guest program needs, and that are half of it. */
const STDLIB_LEFT_OUT =
  /^(test|idlelib|tkinter|turtledemo|ensurepip|lib2to3|distutils|msilib|ctypes\/test|unittest\/test|sqlite3\/test|pydoc_data)(\/|$)/;

/** Results: `lib/python3.11/`, sources with byte code beside them that is used without a look at the source's time. */
export const stdlibStep: Step = {
  name: 'cpython-stdlib',
  files: own('stdlib.ts'),
  steps: [cpythonSource, pythonToolsStep],
  parameters: { leftOut: STDLIB_LEFT_OUT.source },
  run: async (context) => {
    const env = toolPath(context, pythonToolsStep);
    const lib = path.join(context.work, await unpackSource(context, cpythonSource, 'cpython', env), 'Lib');
    const target = path.join(context.out, 'lib', 'python3.11');
    cpSync(lib, target, {
      recursive: true,
      filter: (file) => !STDLIB_LEFT_OUT.test(path.relative(lib, file)) && !/\.(exe|bat|ico|gif)$/.test(file),
    });
    await context.run(
      'python3.11',
      [
        '-m',
        'compileall',
        '-q',
        `-j${availableParallelism()}`,
        '--invalidation-mode',
        'unchecked-hash',
        '-s',
        context.out,
        '.',
      ],
      { cwd: target, env },
    );
  },
};
