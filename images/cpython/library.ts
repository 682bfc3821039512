/**
 * What `python-full` finds on its volume: the whole library with what sysconfig and zoneinfo read, users and groups, and a plain
 * answer where something cannot work in a guest.
 */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { Step, StepContext } from '../build/step.ts';
import { pythonToolsStep, toolPath } from '../toolchain/recipe.ts';
import { packageStep, unpackPackage, unpackSource } from '../toolchain/sources.ts';
import { cpythonSource, own } from './common.ts';
import { configureStep } from './configure.ts';
import { writeRefusals } from './refusals.ts';
import { sysconfigStep } from './sysconfig.ts';
import { writeSystemFiles } from './system-files.ts';
import { fullVariant } from './variant.ts';

/** Programs with a window, what installs packages, what is for other systems, and the tests themselves. */
const LEFT_OUT =
  /^(idlelib|tkinter|turtledemo|turtle\.py|ensurepip|msilib|lib2to3\/tests|distutils\/tests|ctypes\/test|unittest\/test|sqlite3\/test|test\/(?!support).+)(\/|$)/;

/** Where zoneinfo looks first. */
const ZONES = 'usr/share/zoneinfo';
/** The same zones under other names, with other seconds, or as text. */
const OTHER_ZONES = /^(posix|right|posixrules|localtime|.*\.(tab|zi|list)|leapseconds|.*\.txt)$/;

const zonesPackage = packageStep('tzdata');

async function copyZones(context: StepContext, root: string): Promise<void> {
  const zones = path.join(await unpackPackage(context, zonesPackage), ZONES);
  cpSync(zones, path.join(root, ZONES), {
    recursive: true,
    dereference: true,
    filter: (file) => !OTHER_ZONES.test(path.relative(zones, file)),
  });
}

const sysconfig = sysconfigStep(configureStep(fullVariant));

async function build(context: StepContext): Promise<void> {
  const env = toolPath(context, pythonToolsStep);
  const lib = path.join(context.work, await unpackSource(context, cpythonSource, 'cpython', env), 'Lib');
  const target = path.join(context.out, 'lib', 'python3.11');
  cpSync(lib, target, {
    recursive: true,
    filter: (file) => !LEFT_OUT.test(path.relative(lib, file)) && !/\.(exe|bat|ico|gif)$/.test(file),
  });
  cpSync(context.filesOf(sysconfig), context.out, { recursive: true });
  writeRefusals(target);
  const how = ['--invalidation-mode', 'unchecked-hash', '-s', context.out];
  const jobs = `-j${availableParallelism()}`;
  await context.run('python3.11', ['-m', 'compileall', '-q', jobs, ...how, '.'], { cwd: target, env });
  writeSystemFiles(context.out);
  mkdirSync(path.join(context.out, 'tmp'));
  writeFileSync(path.join(context.out, 'tmp', '.keep'), '');
  // Python looks for the folder of modules that are loaded at run time, and complains where there is none.
  mkdirSync(path.join(target, 'lib-dynload'));
  writeFileSync(path.join(target, 'lib-dynload', '.keep'), '');
  await copyZones(context, context.out);
}

/** Results: `lib/python3.11/`, `include/`, `usr/share/zoneinfo/`, `bin/`, `etc/` and `tmp/`. */
export const libraryStep: Step = {
  name: 'cpython-library',
  files: own('library.ts', 'refusals.ts', 'system-files.ts'),
  steps: [cpythonSource, pythonToolsStep, sysconfig, zonesPackage],
  parameters: { leftOut: LEFT_OUT.source, zones: OTHER_ZONES.source },
  run: build,
};
