/**
 * Which of this machine's own tools fit the build. Looks for programs in PATH and tries them; what it learned is
 * remembered by what `stat` says of the programs, so that it costs nothing the next time.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, realpathSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { makeCacheFolder } from '../build/cache-folder.ts';
import { sha256 } from '../build/digest-memo.ts';
import { Store } from '../store/store.ts';
import { makeFolder } from '../system/folders.ts';
import { identityOfCompiler } from './compiler-identity.ts';
import type { CompilerIdentity } from './compiler-identity.ts';

/** A program that fits, and what it says of its version. */
export interface MachineTool {
  readonly path: string;
  readonly version: string;
}

/** Programs of binutils that the build calls by name. */
export const binutils = [
  'addr2line',
  'ar',
  'as',
  'ld',
  'nm',
  'objcopy',
  'objdump',
  'ranlib',
  'readelf',
  'strip',
] as const;

/** What fits; undefined where nothing does. */
export interface MachineTools {
  /** A gcc that compiles and links for 32 bits with a libgcc, and its binutils by name. */
  readonly compiler:
    | {
        readonly gcc: MachineTool;
        readonly binutils: Readonly<Record<string, string>>;
        readonly identity: CompilerIdentity;
      }
    | undefined;
  readonly make: MachineTool | undefined;
  /** A Python of exactly the version that is built, so that frozen byte code is the same everywhere. */
  readonly python: MachineTool | undefined;
  /** A Python of the same minor version: used where nothing better can be had. */
  readonly similarPython: MachineTool | undefined;
  readonly bzip2: MachineTool | undefined;
  readonly xz: MachineTool | undefined;
}

const OLDEST_GCC = 10;

/** Modules that CPython's freezing scripts import: Debian's minimal Python has not all of them. */
const NEEDED_MODULES =
  'argparse, ast, builtins, collections, contextlib, marshal, re, time, tokenize, types, typing';

export function which(name: string): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(path.delimiter)) {
    const file = path.join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      if (statSync(file).isFile()) return file;
    } catch {
      // Not here.
    }
  }
  return undefined;
}

function ask(command: string, args: readonly string[], input?: string): string | undefined {
  const result = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    ...(input === undefined ? {} : { input }),
  });
  return result.status === 0 ? result.stdout : undefined;
}

function firstLine(text: string | undefined): string | undefined {
  return text?.split('\n')[0]?.trim();
}

function probeCompiler(cacheRoot: string): MachineTools['compiler'] {
  const found = binutils.map((name): [string, string | undefined] => [name, which(name)]);
  if (found.some(([, file]) => file === undefined)) return undefined;
  const gcc = which('gcc');
  if (gcc === undefined) return undefined;
  const version = firstLine(ask(gcc, ['--version']));
  const major = Number.parseInt(ask(gcc, ['-dumpversion']) ?? '', 10);
  if (version === undefined || !(major >= OLDEST_GCC)) return undefined;
  // A program that needs libgcc: 64-bit division. A gcc without 32-bit libraries finds the wrong libgcc or none.
  const source =
    'unsigned long long f(unsigned long long a, unsigned long long b) { return a / b; } int main(void) { return f(4, 2); }';
  makeCacheFolder(cacheRoot);
  const scratch = path.join(cacheRoot, 'tmp');
  makeFolder(scratch);
  const program = path.join(scratch, `probe-${process.pid}`);
  const flags = [
    '-m32',
    '-nostdlib',
    '-static',
    '-no-pie',
    '-Wl,-emain',
    '-x',
    'c',
    '-',
    '-lgcc',
    '-o',
    program,
  ];
  const linked = ask(gcc, flags, source) !== undefined;
  rmSync(program, { force: true });
  const linker = firstLine(ask(which('ld') ?? 'ld', ['--version'])) ?? '';
  if (!linked) return undefined;
  const programs = Object.fromEntries(found as [string, string][]);
  return {
    gcc: { path: gcc, version: `${version}; ${linker}` },
    binutils: programs,
    identity: identityOfCompiler({ gcc, binutils: programs }),
  };
}

function probePython(wanted: string): Pick<MachineTools, 'python' | 'similarPython'> {
  const minor = wanted.split('.').slice(0, 2).join('.');
  let similarPython: MachineTool | undefined;
  const candidates = [
    which(`python${minor}`),
    `/usr/bin/python${minor}`,
    which('python3'),
    '/usr/bin/python3',
  ];
  for (const candidate of candidates) {
    if (candidate === undefined || !existsSync(candidate)) continue;
    const version = ask(candidate, [
      '-c',
      `import ${NEEDED_MODULES}, sys; print('%d.%d.%d' % sys.version_info[:3])`,
    ])?.trim();
    if (version === wanted) return { python: { path: candidate, version }, similarPython };
    if (version?.startsWith(`${minor}.`) === true) similarPython ??= { path: candidate, version };
  }
  return { python: undefined, similarPython };
}

function probeSimple(name: string, mark: string): MachineTool | undefined {
  const file = which(name);
  if (file === undefined) return undefined;
  const version = firstLine(ask(file, ['--version'], ''));
  return version?.includes(mark) === true ? { path: file, version } : undefined;
}

/** What `stat` says of every file that the answer depends on; `parts` are the compiler's. */
function fingerprint(python: string, parts: readonly string[]): string {
  const minor = python.split('.').slice(0, 2).join('.');
  const names = ['gcc', ...binutils, 'make', 'bzip2', 'xz', `python${minor}`, 'python3'];
  const files = [...names.map(which), `/usr/bin/python${minor}`, '/usr/bin/python3', ...parts];
  const facts = files.map((file) => {
    if (file === undefined || !existsSync(file)) return 'none';
    const stat = statSync(file);
    return `${file} ${realpathSync(file)} ${stat.ino} ${stat.size} ${stat.mtimeMs}`;
  });
  // Installing gcc-multilib adds files and changes no program: this is where Debian's lie.
  const multilib = statSync('/usr/lib32', { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return sha256([...facts, multilib, python].join('\n'));
}

/** Counted up where `MachineTools` change. */
const toolsKey = ['machine tools', 2] as const;

/** What of this machine fits. `python` is the version to be built. */
export function findMachineTools(cacheRoot: string, python: string): MachineTools {
  const store = new Store(cacheRoot);
  const kept = store.read('notes', toolsKey)?.content;
  const identityWith = ({ compiler }: MachineTools): string =>
    fingerprint(python, compiler?.identity.files ?? []);
  if (kept !== undefined) {
    const known = JSON.parse(new TextDecoder().decode(kept)) as { identity: string; tools: MachineTools };
    if (known.identity === identityWith(known.tools)) return known.tools;
  }
  const tools: MachineTools = {
    compiler: probeCompiler(cacheRoot),
    make: probeSimple('make', 'GNU Make'),
    ...probePython(python),
    bzip2: probeBzip2(),
    xz: probeSimple('xz', 'XZ Utils'),
  };
  store.write('notes', toolsKey, Buffer.from(JSON.stringify({ identity: identityWith(tools), tools })));
  return tools;
}

/** bzip2 has no option that prints its version and does nothing else. */
function probeBzip2(): MachineTool | undefined {
  const file = which('bzip2');
  return file === undefined ? undefined : { path: file, version: 'bzip2' };
}
