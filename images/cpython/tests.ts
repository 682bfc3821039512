/** CPython's own regression tests, for the guest: a volume with the whole library, its tests and what runs them. */
import { copyFileSync, cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { inProject } from '../build/paths.ts';
import type { Step, StepContext } from '../build/step.ts';
import { projectFiles } from '../build/tree.ts';
import { createRamfs, readFolder } from '../ramfs/index.ts';
import { pythonToolsStep, toolPath } from '../toolchain/recipe.ts';
import { unpackSource } from '../toolchain/sources.ts';
import { cpythonSource, own } from './common.ts';
import { configureStep } from './configure.ts';
import { sysconfigStep } from './sysconfig.ts';
import { writeSystemFiles } from './system-files.ts';
import { fullVariant } from './variant.ts';

/** Name of the volume among the results. */
export const TESTS_RAMFS_FILE = 'tests.img';
/** Name of the list of test modules among the results: JSON, sorted. */
export const TEST_MODULES_FILE = 'modules.json';

const RUNNER_FILE = 'regrtest.py';
const LIBRARY_FOLDER = 'lib/python3.11';

/** What runs them, as the guest names it: part of the library, which tests of tracing leave out. */
export const TEST_RUNNER = `/${LIBRARY_FOLDER}/test/libregrtest/guest.py`;

/** What is for other systems, needs a screen, or holds packages to install: none of it can be used in the guest. */
const LEFT_OUT =
  /^(idlelib|tkinter\/test|turtledemo|ensurepip\/_bundled|msilib|pydoc_data\/_pydoc\.css)(\/|$)/;
/** Sources that are wrong on purpose: as CPython's makefile leaves them out when it compiles the library. */
const NOT_COMPILED = 'bad_coding|badsyntax|lib2to3/tests/data';

/** Room for what tests write. */
const FREE_BYTES = 24 * 2 ** 20;

const sysconfig = sysconfigStep(configureStep(fullVariant));

async function build(context: StepContext): Promise<void> {
  const env = toolPath(context, pythonToolsStep);
  const lib = path.join(context.work, await unpackSource(context, cpythonSource, 'cpython', env), 'Lib');
  const root = path.join(context.work, 'root');
  const target = path.join(root, LIBRARY_FOLDER);
  cpSync(lib, target, {
    recursive: true,
    filter: (file) => !LEFT_OUT.test(path.relative(lib, file)) && !/\.(exe|bat|ico)$/.test(file),
  });
  cpSync(context.filesOf(sysconfig), root, { recursive: true });
  const how = ['--invalidation-mode', 'unchecked-hash', '-x', NOT_COMPILED, '-s', root];
  const jobs = `-j${availableParallelism()}`;
  await context.run('python3.11', ['-m', 'compileall', '-q', jobs, ...how, '.'], { cwd: target, env });
  copyFileSync(inProject('images/cpython', RUNNER_FILE), path.join(root, TEST_RUNNER));
  writeSystemFiles(root);
  // Python looks for the folder of modules that are loaded at run time, and complains where there is none.
  mkdirSync(path.join(target, 'lib-dynload'));
  writeFileSync(path.join(target, 'lib-dynload', '.keep'), '');
  writeFileSync(
    path.join(context.out, TESTS_RAMFS_FILE),
    createRamfs(readFolder(root), { freeBytes: FREE_BYTES }),
  );
  const modules = readdirSync(path.join(lib, 'test'))
    .flatMap((name) => /^(test_\w+?)(\.py)?$/.exec(name)?.[1] ?? [])
    .sort();
  writeFileSync(path.join(context.out, TEST_MODULES_FILE), JSON.stringify([...new Set(modules)]));
}

/** Results: `TESTS_RAMFS_FILE` and `TEST_MODULES_FILE`. */
export const testsStep: Step = {
  name: 'cpython-tests',
  files: [...own('tests.ts', 'system-files.ts', RUNNER_FILE), ...projectFiles('images/ramfs', ['.ts'])],
  steps: [cpythonSource, pythonToolsStep, sysconfig],
  parameters: { leftOut: LEFT_OUT.source, notCompiled: NOT_COMPILED, freeBytes: FREE_BYTES },
  run: build,
};
