/**
 * Debian's packages with the tools, for machines that lack them: unpacked among a step's results, never installed.
 */
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readLockFile } from '../build/lock-file.ts';
import type { StepContext } from '../build/step.ts';
import { downloadPackages } from './archive.ts';

/** Packages by what they are for, with the libraries that a small installation lacks. */
export const packages = {
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
  xz: ['xz-utils', 'liblzma5'],
} as const;

/** The same for C++: what a gcc without it lacks, and its library for 32 bits. */
export const cxxPackages = {
  compiler: ['g++-12'],
  library: ['libstdc++-12-dev', 'lib32stdc++-12-dev'],
} as const;

export type Group = keyof typeof packages;

/** What nothing in the build uses and would fill the cache. */
const UNNEEDED = /^lib(asan|tsan|lsan|ubsan|hwasan|gomp|itm|quadmath|atomic|gcov|cc1)/;

/** Folder among the results that the packages are unpacked into: their own `bin` is not the one of the wrappers. */
export const UNPACKED = 'debian';

/** Prefix of the names of the unpacked compiler's programs. */
const PREFIX = 'x86_64-linux-gnu-';

function trim(out: string): void {
  for (const unused of [
    'usr/share',
    'usr/lib/systemd',
    'etc',
    'usr/lib/python3.11/test',
    'usr/lib/python3.11/lib2to3',
  ]) {
    rmSync(path.join(out, UNPACKED, unused), { recursive: true, force: true });
  }
  const gcc = path.join(out, UNPACKED, 'usr/lib/gcc/x86_64-linux-gnu/12');
  if (!existsSync(gcc)) return;
  for (const folder of [gcc, path.join(gcc, '32')]) {
    for (const name of readdirSync(folder))
      if (UNNEEDED.test(name)) rmSync(path.join(folder, name), { recursive: true });
  }
}

/** Downloads the packages of some groups and unpacks them among the results. */
export async function unpackGroups(context: StepContext, groups: readonly Group[]): Promise<void> {
  await unpackPackages(context, [
    ...new Set(groups.flatMap((group) => packages[group] as readonly string[])),
  ]);
}

/** The same by name. */
export async function unpackPackages(context: StepContext, names: readonly string[]): Promise<void> {
  const debs = await downloadPackages(context, readLockFile().archive, names, context.work);
  for (const deb of debs) {
    const [name = '', version = ''] = deb.split('_');
    await context.run('dpkg', ['-x', path.join(context.work, deb), path.join(context.out, UNPACKED)]);
    context.recordTool(name, decodeURIComponent(version));
  }
  trim(context.out);
}

/** A program that was unpacked beside `bin`. */
function unpackedProgram(bin: string, target: string): string {
  const root = path.join(bin, '..', UNPACKED);
  const folder = existsSync(path.join(root, 'bin', target)) ? 'bin' : 'usr/bin';
  return path.join(root, folder, target);
}

/** Folders with the libraries that were unpacked beside `bin`, joined by colons. */
export function unpackedLibraries(bin: string): string {
  const root = path.join(bin, '..', UNPACKED);
  return ['lib', 'usr/lib'].map((folder) => path.join(root, folder, 'x86_64-linux-gnu')).join(':');
}

/** The unpacked programs of binutils, by name. */
export function unpackedBinutils(bin: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, unpackedProgram(bin, `${PREFIX}${name}`)]));
}

/** Writes scripts into `bin` that start the unpacked compiler and its binutils. */
export function wrapCompiler(bin: string, binutils: readonly string[]): void {
  for (const name of binutils) writeWrapper(bin, name, `${PREFIX}${name}`);
  writeWrapper(bin, 'gcc', `${PREFIX}gcc-12`, '-B"$bin/" ');
}

/** A script that starts an unpacked program with the libraries unpacked beside it. It finds them from its own place. */
export function writeWrapper(bin: string, name: string, target: string, args = ''): void {
  const script = [
    '#!/bin/sh',
    `# Starts ${target}, unpacked beside this script, with its own libraries.`,
    'bin=${0%/*}',
    `root=$bin/../${UNPACKED}`,
    'LD_LIBRARY_PATH=$root/lib/x86_64-linux-gnu:$root/usr/lib/x86_64-linux-gnu',
    'export LD_LIBRARY_PATH',
    `exec "$root/${path.relative(path.join(bin, '..', UNPACKED), unpackedProgram(bin, target))}" ${args}"$@"`,
    '',
  ];
  writeFileSync(path.join(bin, name), script.join('\n'), { mode: 0o755 });
}
