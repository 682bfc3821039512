/** The package `encodings` as C, by CPython's own freezing scripts run on the machine. */
import path from 'node:path';
import type { Step } from '../build/step.ts';
import { pythonToolsStep, toolPath } from '../toolchain/recipe.ts';
import { unpackSource } from '../toolchain/sources.ts';
import { cpythonSource, own } from './common.ts';

/** Modules that a start of Python needs besides those that CPython freezes: name, and file below Lib/. */
export const frozenModules = [
  ['encodings', 'encodings/__init__.py'],
  ['encodings.aliases', 'encodings/aliases.py'],
  ['encodings.ascii', 'encodings/ascii.py'],
  ['encodings.latin_1', 'encodings/latin_1.py'],
  ['encodings.utf_8', 'encodings/utf_8.py'],
] as const;

/** Freezes `frozenModules` with CPython's own scripts. Results: one header each, and deepfreeze.c with all. */
export const freezeStep: Step = {
  name: 'cpython-freeze',
  files: own('freeze.ts'),
  steps: [cpythonSource, pythonToolsStep],
  parameters: frozenModules,
  run: async (context) => {
    const env = toolPath(context, pythonToolsStep);
    const sources = path.join(context.work, await unpackSource(context, cpythonSource, 'cpython', env));
    const headers: string[] = [];
    for (const [name, file] of frozenModules) {
      const header = `${name}.h`;
      const script = path.join(sources, 'Programs', '_freeze_module.py');
      await context.run('python3.11', [script, name, path.join(sources, 'Lib', file), header], {
        cwd: context.out,
        env,
      });
      headers.push(`${header}:${name}`);
    }
    const script = path.join(sources, 'Tools', 'scripts', 'deepfreeze.py');
    await context.run('python3.11', [script, ...headers, '-o', 'deepfreeze.c'], { cwd: context.out, env });
  },
};
