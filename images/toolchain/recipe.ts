/**
 * The steps that give the tools: each a folder whose bin/ has links to this machine's own or scripts that start programs
 * unpacked from Debian's packages. No root, nothing is installed. Two steps, since a C program needs no Python.
 *
 * Must hold: a tool counts by what decides its output, not by where it lies. So a machine on which the same compiler is
 * installed that was unpacked before builds nothing again.
 */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { BuildError } from '../build/errors.ts';
import { lockFilePath, readLockFile } from '../build/lock-file.ts';
import { cacheRoot, inProject } from '../build/paths.ts';
import type { Parameter, Step, StepContext } from '../build/step.ts';
import { canBuildGuests, systemName, thisSystem } from '../system/system.ts';
import { identityOfCompiler } from './compiler-identity.ts';
import type { MachineTool, MachineTools } from './machine-tools.ts';
import { binutils, findMachineTools, which } from './machine-tools.ts';
import type { Group } from './packages.ts';
import {
  packages,
  unpackedBinutils,
  unpackedLibraries,
  unpackGroups,
  wrapCompiler,
  writeWrapper,
} from './packages.ts';

/**
 * Where the tools come from. `auto`: the machine's where they fit, Debian's packages for the rest. `download`:
 * Debian's packages for all.
 */
export type ToolchainSource = 'auto' | 'download';

function toolchainSource(): ToolchainSource {
  return process.env['NANVIX_V86_TOOLCHAIN'] === 'download' ? 'download' : 'auto';
}

const none: MachineTools = {
  compiler: undefined,
  make: undefined,
  python: undefined,
  similarPython: undefined,
  bzip2: undefined,
  xz: undefined,
};

/** What of the machine is used for some groups of tools, and which of them have to be downloaded. */
function choose(groups: readonly Group[]): { machine: MachineTools; downloaded: readonly Group[] } {
  if (toolchainSource() === 'download') return { machine: none, downloaded: groups };
  const machine = findMachineTools(cacheRoot(), readLockFile().sources.cpython.version);
  return { machine, downloaded: groups.filter((group) => machine[group] === undefined) };
}

/** What the results are made from: versions, and where the programs are. */
function parametersOf(groups: readonly Group[]): Parameter {
  const { machine, downloaded } = choose(groups);
  const { compiler } = machine;
  const used = groups.map((group): [string, Parameter] => {
    if (group !== 'compiler') return [group, machine[group] === undefined ? null : { ...machine[group] }];
    return [
      group,
      compiler === undefined
        ? null
        : { ...compiler.gcc, binutils: compiler.binutils, identity: compiler.identity.digest },
    ];
  });
  return {
    downloaded: downloaded.map((group) => ({ group, packages: packages[group] })),
    ...Object.fromEntries(used),
  };
}

/** Whether this machine has a compiler for the guest, or can get one. */
export function hasCompiler(): boolean {
  if (!canBuildGuests(thisSystem)) return false;
  return choose(['compiler']).downloaded.length === 0 || which('apt-get') !== undefined;
}

function checkMachine(): void {
  if (canBuildGuests(thisSystem)) return;
  throw new BuildError(
    'tool-missing',
    `the guest is built by Linux on x86-64 only, this is ${systemName(thisSystem)}: install nanvix-v86-guests, which was built there`,
  );
}

/** Puts a tool into `bin`: the machine's, or the one that was unpacked. */
function placeTool(context: StepContext, bin: string, name: string, tool: MachineTool | undefined): void {
  if (tool === undefined) {
    writeWrapper(bin, name, name);
    return;
  }
  // A script rather than a link: a Python that is found through a link takes the link's folder for its home.
  writeFileSync(path.join(bin, name), `#!/bin/sh\nexec ${tool.path} "$@"\n`, { mode: 0o755 });
  context.recordTool(name, tool.version);
}

const compilerGroups = ['compiler', 'make'] as const;

async function buildToolchain(context: StepContext): Promise<void> {
  checkMachine();
  const bin = path.join(context.out, 'bin');
  mkdirSync(bin);
  const { machine, downloaded } = choose(compilerGroups);
  if (downloaded.length > 0) await unpackGroups(context, downloaded);
  if (machine.compiler === undefined) {
    wrapCompiler(bin, binutils);
  } else {
    symlinkSync(machine.compiler.gcc.path, path.join(bin, 'gcc'));
    for (const [name, file] of Object.entries(machine.compiler.binutils))
      symlinkSync(file, path.join(bin, name));
    context.recordTool('gcc', machine.compiler.gcc.version);
  }
  placeTool(context, bin, 'make', machine.make);
  await tryCompiler(context, bin);
  const { digest } =
    machine.compiler?.identity ??
    identityOfCompiler({
      gcc: path.join(bin, 'gcc'),
      binutils: unpackedBinutils(bin, binutils),
      libraryPath: unpackedLibraries(bin),
    });
  // make says in which order things are made, and not what: it decides no byte.
  context.identify({ compiler: digest });
}

/** Tools that don't start should say so here and not in the middle of configure. */
async function tryCompiler(context: StepContext, bin: string): Promise<void> {
  const source = path.join(context.work, 'try.c');
  writeFileSync(
    source,
    'long long f(long long a, long long b) { return a / b; }\nint main(void) { return (int) f(0, 1); }\n',
  );
  const flags = ['-m32', '-nostdlib', '-static', '-no-pie', '-Wl,-emain', source, '-lgcc', '-o', 'try'];
  await context.run(path.join(bin, 'gcc'), flags);
  await context.run(path.join(bin, 'strip'), ['try']);
  await context.run(path.join(bin, 'make'), ['--version']);
}

const ownFiles = [
  lockFilePath,
  ...['recipe.ts', 'packages.ts', 'compiler-identity.ts'].map((name) => inProject('images/toolchain', name)),
];

/** Result: `bin/` with gcc, binutils and make. */
export const toolchainStep: Step = {
  name: 'toolchain',
  files: ownFiles,
  steps: [],
  isTool: true,
  parameters: () => parametersOf(compilerGroups),
  run: buildToolchain,
};

/** Path of binutils' addr2line below the toolchain's results. */
export const ADDR2LINE_FILE = 'bin/addr2line';

const pythonGroups = ['python', 'bzip2', 'xz'] as const;

async function buildPythonTools(context: StepContext): Promise<void> {
  checkMachine();
  const bin = path.join(context.out, 'bin');
  mkdirSync(bin);
  const { machine, downloaded } = choose(pythonGroups);
  let { python } = machine;
  if (downloaded.length > 0) {
    try {
      await unpackGroups(context, downloaded);
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
  placeTool(context, bin, 'python3.11', python);
  placeTool(context, bin, 'bzip2', machine.bzip2);
  placeTool(context, bin, 'xz', machine.xz);
  for (const name of ['bzip2', 'xz']) await context.run(path.join(bin, name), ['--help']);
  const python311 = path.join(bin, 'python3.11');
  await context.run(python311, ['-c', 'import argparse, ast, re, tokenize, typing']);
  // Byte code is decided by the release of the Python that writes it; bzip2 and xz give what was packed or fail.
  context.identify({ python: (await context.run(python311, ['--version'])).trim() });
}

/** What CPython's build needs besides the toolchain. Result: `bin/` with python3.11, bzip2 and xz. */
export const pythonToolsStep: Step = {
  name: 'python-tools',
  files: ownFiles,
  steps: [],
  isTool: true,
  parameters: () => parametersOf(pythonGroups),
  run: buildPythonTools,
};

/** Environment for programs of a step: the tools of the steps named, which are inputs of it, come first. */
export function toolPath(context: StepContext, ...steps: readonly Step[]): Readonly<Record<string, string>> {
  const bins = (steps.length === 0 ? [toolchainStep] : steps).map((step) =>
    path.join(context.filesOf(step), 'bin'),
  );
  return { PATH: [...bins, process.env['PATH'] ?? '/usr/bin:/bin'].join(':') };
}
