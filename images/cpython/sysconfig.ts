/**
 * What Python's module sysconfig reads: how the guest's Python was configured, as data and as the files it came from.
 * CPython's own script makes it, run on the machine over what configure left; the machine's paths are taken out.
 */
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Step, StepContext } from '../build/step.ts';
import { pythonToolsStep, toolPath } from '../toolchain/recipe.ts';
import { unpackSource } from '../toolchain/sources.ts';
import { BUILD_FOLDER, cpythonSource, own } from './common.ts';

/** As configure names the platform: the part of names that says which Python files are for. */
const PLATFORM = 'i386-linux-gnu';
const DATA_MODULE = `_sysconfigdata__linux_${PLATFORM}`;
const MAKEFILE = `lib/python3.11/config-3.11-${PLATFORM}/Makefile`;

/** Where the sources and the build lie, for those who read it in the guest: nowhere that can be reached. */
const SOURCE_PLACE = '/usr/src/python';

/**
 * A text of configure without this machine's paths: a tool is left with its name, and the guest's compiler is the command that
 * users have.
 */
function withoutPlaces(text: string, cacheRoot: string): string {
  return text.split(cacheRoot).reduce((done, rest) => {
    const [place = ''] = /^[^\s'"]*/.exec(rest) ?? [];
    const after = rest.slice(place.length);
    if (place.includes('/work/build')) return `${done}${SOURCE_PLACE}${after}`;
    const tool = path.basename(place);
    return `${done}${tool === 'guest-cc' ? 'nanvix-v86 cc' : tool}${after}`;
  });
}

async function build(context: StepContext, configured: Step): Promise<void> {
  const env = toolPath(context, pythonToolsStep);
  const sources = path.join(context.work, await unpackSource(context, cpythonSource, 'cpython', env));
  const folder = path.join(context.work, BUILD_FOLDER);
  cpSync(path.join(context.filesOf(configured), BUILD_FOLDER), folder, { recursive: true });
  const clean = path.join(folder, 'Makefile');
  const makefile = withoutPlaces(readFileSync(clean, 'utf8'), context.cacheRoot);
  // Nobody but root may write to a copy of what the cache holds.
  rmSync(clean);
  writeFileSync(clean, makefile);
  await context.run('python3.11', ['-S', '-m', 'sysconfig', '--generate-posix-vars'], {
    cwd: folder,
    env: {
      ...env,
      _PYTHON_PROJECT_BASE: folder,
      _PYTHON_HOST_PLATFORM: 'linux-i686',
      _PYTHON_SYSCONFIGDATA_NAME: DATA_MODULE,
      PYTHONPATH: path.join(sources, 'Lib'),
      PYTHONHASHSEED: '0',
    },
  });
  const library = path.join(context.out, 'lib', 'python3.11');
  mkdirSync(path.join(context.out, path.dirname(MAKEFILE)), { recursive: true });
  const generated = readFileSync(path.join(folder, 'pybuilddir.txt'), 'utf8');
  const data = readFileSync(path.join(folder, generated, `${DATA_MODULE}.py`), 'utf8');
  writeFileSync(path.join(library, `${DATA_MODULE}.py`), data.replaceAll(folder, SOURCE_PLACE));
  copyFileSync(clean, path.join(context.out, MAKEFILE));
  const include = path.join(context.out, 'include', 'python3.11');
  mkdirSync(include, { recursive: true });
  copyFileSync(path.join(folder, 'pyconfig.h'), path.join(include, 'pyconfig.h'));
}

/** Results: the module of data below `lib/`, and Makefile and pyconfig.h where sysconfig looks for them. */
export function sysconfigStep(configured: Step): Step {
  return {
    name: 'cpython-sysconfig',
    files: own('sysconfig.ts'),
    steps: [cpythonSource, pythonToolsStep, configured],
    parameters: { platform: PLATFORM },
    run: (context) => build(context, configured),
  };
}
