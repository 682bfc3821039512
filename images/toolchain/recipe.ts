// The step that gives the tools: a folder whose bin/ has gcc, binutils, make, python3.11 and bzip2, each either a link
// to this machine's own or a wrapper around one unpacked from Debian's packages. No root, nothing is installed.
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { BuildError } from '../build/errors.ts';
import { lockFilePath, readLockFile } from '../build/lock-file.ts';
import { cacheRoot, inProject } from '../build/paths.ts';
import type { Parameter, Step, StepContext } from '../build/step.ts';
import { downloadPackages } from './archive.ts';
import type { MachineTools } from './machine-tools.ts';
import { binutils, findMachineTools } from './machine-tools.ts';

/**
 * Where the tools come from. `auto`: the machine's where they fit, Debian's packages for the rest. `download`:
 * Debian's packages for all.
 */
export type ToolchainSource = 'auto' | 'download';

/** Debian's packages by what they are for, with the libraries that a small installation lacks. */
const packages = {
  compiler: [
    'gcc-12',
    'cpp-12',
    'libgcc-12-dev',
    'lib32gcc-12-dev',
    'binutils',
    'binutils-x86-64-linux-gnu',
    'libbinutils',
    'libctf0',
    'libctf-nobfd0',
    'libgprofng0',
    'libisl23',
    'libmpc3',
    'libmpfr6',
    'libgmp10',
    'libjansson4',
    'libzstd1',
    'zlib1g',
  ],
  make: ['make'],
  python: ['python3.11-minimal', 'libpython3.11-minimal', 'libpython3.11-stdlib', 'libexpat1', 'zlib1g'],
  bzip2: ['bzip2', 'libbz2-1.0'],
} as const;

type Group = keyof typeof packages;
const groups = Object.keys(packages) as Group[];

/** What nothing in the build uses and would fill the cache. */
const unneeded = /^lib(asan|tsan|lsan|ubsan|hwasan|gomp|itm|quadmath|atomic|gcov|cc1)/;

function toolchainSource(): ToolchainSource {
  return process.env['NANVIX_V86_TOOLCHAIN'] === 'download' ? 'download' : 'auto';
}

/** What of the machine is used, as a parameter of the step: versions, and where the programs are. */
function choose(): { machine: MachineTools; downloaded: readonly Group[] } {
  const none: MachineTools = {
    compiler: undefined,
    make: undefined,
    python: undefined,
    similarPython: undefined,
    bzip2: undefined,
  };
  if (toolchainSource() === 'download') return { machine: none, downloaded: groups };
  const machine = findMachineTools(cacheRoot(), readLockFile().sources.cpython.version);
  return { machine, downloaded: groups.filter((group) => machine[group] === undefined) };
}

function parameters(): Parameter {
  const { machine, downloaded } = choose();
  return {
    downloaded: downloaded.map((group) => ({ group, packages: packages[group] })),
    compiler:
      machine.compiler === undefined
        ? null
        : { ...machine.compiler.gcc, binutils: machine.compiler.binutils },
    make: machine.make === undefined ? null : { ...machine.make },
    python: machine.python === undefined ? null : { ...machine.python },
    bzip2: machine.bzip2 === undefined ? null : { ...machine.bzip2 },
  };
}

/** Folder among the results that the packages are unpacked into: their own `bin` is not the one of the wrappers. */
const unpacked = 'debian';

/** A wrapper that starts an unpacked program with the libraries unpacked beside it. It finds them from its own place. */
function writeWrapper(bin: string, name: string, target: string, args = ''): void {
  const folder = existsSync(path.join(bin, '..', unpacked, 'bin', target)) ? 'bin' : 'usr/bin';
  const script = [
    '#!/bin/sh',
    `# Starts ${target}, unpacked beside this script, with its own libraries.`,
    'bin=${0%/*}',
    `root=$bin/../${unpacked}`,
    'LD_LIBRARY_PATH=$root/lib/x86_64-linux-gnu:$root/usr/lib/x86_64-linux-gnu',
    'export LD_LIBRARY_PATH',
    `exec "$root/${folder}/${target}" ${args}"$@"`,
    '',
  ];
  writeFileSync(path.join(bin, name), script.join('\n'), { mode: 0o755 });
}

function trim(out: string): void {
  for (const unused of [
    'usr/share',
    'usr/lib/systemd',
    'etc',
    'usr/lib/python3.11/test',
    'usr/lib/python3.11/lib2to3',
  ]) {
    rmSync(path.join(out, unpacked, unused), { recursive: true, force: true });
  }
  const gcc = path.join(out, unpacked, 'usr/lib/gcc/x86_64-linux-gnu/12');
  for (const folder of [gcc, path.join(gcc, '32')]) {
    for (const name of readdirSync(folder))
      if (unneeded.test(name)) rmSync(path.join(folder, name), { recursive: true });
  }
}

async function downloadGroups(context: StepContext, downloaded: readonly Group[]): Promise<void> {
  const names = [...new Set(downloaded.flatMap((group) => packages[group] as readonly string[]))];
  const debs = await downloadPackages(context, readLockFile().archive, names, context.work);
  for (const deb of debs) {
    const [name = '', version = ''] = deb.split('_');
    await context.run('dpkg', ['-x', path.join(context.work, deb), path.join(context.out, unpacked)]);
    context.recordTool(name, decodeURIComponent(version));
  }
  if (downloaded.includes('compiler')) trim(context.out);
}

async function buildToolchain(context: StepContext): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    const here = `${process.platform} on ${process.arch}`;
    throw new BuildError(
      'tool-missing',
      `the guest is built by Linux on x86-64 only, this is ${here}: build it there, and copy the build cache`,
    );
  }
  const bin = path.join(context.out, 'bin');
  mkdirSync(bin);
  const { machine, downloaded } = choose();
  let python = machine.python;
  if (downloaded.length > 0) {
    try {
      await downloadGroups(context, downloaded);
    } catch (error) {
      // Without an archive, a Python of another patch release serves; nothing else has a second best.
      const isOffline =
        error instanceof BuildError && (error.kind === 'no-apt' || error.kind === 'no-network');
      const hasSecondBest =
        machine.similarPython !== undefined && downloaded.every((group) => group === 'python');
      if (!isOffline || !hasSecondBest) throw error;
      python = machine.similarPython;
      context.warn(
        `Python ${machine.similarPython.version} freezes the guest's modules, so results may differ from the recorded ones`,
      );
    }
  }
  if (machine.compiler === undefined) {
    for (const name of binutils) writeWrapper(bin, name, `x86_64-linux-gnu-${name}`);
    writeWrapper(bin, 'gcc', 'x86_64-linux-gnu-gcc-12', '-B"$bin/" ');
  } else {
    symlinkSync(machine.compiler.gcc.path, path.join(bin, 'gcc'));
    for (const [name, file] of Object.entries(machine.compiler.binutils))
      symlinkSync(file, path.join(bin, name));
    context.recordTool('gcc', machine.compiler.gcc.version);
  }
  for (const [name, tool, target] of [
    ['make', machine.make, 'make'],
    ['python3.11', python, 'python3.11'],
    ['bzip2', machine.bzip2, 'bzip2'],
  ] as const) {
    if (tool === undefined) writeWrapper(bin, name, target);
    else {
      // A script rather than a link: a Python that is found through a link takes the link's folder for its home.
      writeFileSync(path.join(bin, name), `#!/bin/sh\nexec ${tool.path} "$@"\n`, { mode: 0o755 });
      context.recordTool(name, tool.version);
    }
  }
  await tryTools(context, bin);
}

/** Tools that don't start should say so here and not in the middle of configure. */
async function tryTools(context: StepContext, bin: string): Promise<void> {
  const source = path.join(context.work, 'try.c');
  writeFileSync(
    source,
    'long long f(long long a, long long b) { return a / b; }\nint main(void) { return (int) f(0, 1); }\n',
  );
  const flags = ['-m32', '-nostdlib', '-static', '-no-pie', '-Wl,-emain', source, '-lgcc', '-o', 'try'];
  await context.run(path.join(bin, 'gcc'), flags);
  await context.run(path.join(bin, 'strip'), ['try']);
  await context.run(path.join(bin, 'make'), ['--version']);
  await context.run(path.join(bin, 'bzip2'), ['--help']);
  await context.run(path.join(bin, 'python3.11'), ['-c', 'import argparse, ast, re, tokenize, typing']);
}

export const toolchainStep: Step = {
  name: 'toolchain',
  files: [lockFilePath, inProject('images/toolchain/recipe.ts')],
  steps: [],
  isTool: true,
  parameters,
  run: buildToolchain,
};

/** Environment for programs of a step: the toolchain's first. */
export function toolPath(context: StepContext): Readonly<Record<string, string>> {
  return {
    PATH: `${path.join(context.filesOf(toolchainStep), 'bin')}:${process.env['PATH'] ?? '/usr/bin:/bin'}`,
  };
}
