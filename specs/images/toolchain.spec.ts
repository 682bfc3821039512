/**
 * What identifies a tool is what decides its output: told with a compiler made of a few scripts, which lies now here, now
 * there, and has things put beside it that decide nothing.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { buildSteps } from '../../images/build/engine.ts';
import type { BuiltStep, Step } from '../../images/build/step.ts';
import { binutils, findMachineTools } from '../../images/toolchain/machine-tools.ts';
import { toolchainStep } from '../../images/toolchain/recipe.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'nanvix-v86-tools-'));
  vi.stubEnv('NANVIX_V86_CACHE', cache());
  vi.stubEnv('NANVIX_V86_TOOLCHAIN', 'auto');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

const cache = (): string => path.join(root, 'cache');

/** What the fake gcc prints as its specs. */
const SPECS = 'specs of the fake compiler';

/** Makes a compiler below a folder: it knows its parts by its own place, as gcc does. */
function makeTools(folder: string): string {
  const write = (name: string, text: string): void => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: 0o755 });
  };
  const gcc = [
    '#!/bin/sh',
    'root=${0%/*}/..',
    'case "$*" in',
    '  *--version*) echo gcc 12.2.0 ;;',
    '  *-dumpversion*) echo 12 ;;',
    `  *-dumpspecs*) echo '${SPECS}' ;;`,
    '  *-print-prog-name=*) name=${1#*=}; [ -f "$root/parts/$name" ] && echo "$root/parts/$name" || echo "$name" ;;',
    '  *-print-libgcc-file-name*) echo "$root/parts/libgcc.a" ;;',
    '  *-print-file-name=include*) echo "$root/parts/include" ;;',
    '  *-print-file-name=*) echo "${1#*=}" ;;',
    'esac',
  ];
  write('bin/gcc', `${gcc.join('\n')}\n`);
  for (const name of binutils) write(`bin/${name}`, `#!/bin/sh\n# ${name}\necho GNU ${name}\n`);
  write('bin/make', '#!/bin/sh\necho GNU Make 4.3\n');
  for (const name of ['cc1', 'collect2', 'libgcc.a', 'include/stddef.h']) write(`parts/${name}`, name);
  return folder;
}

/** Has a folder's programs found first, as after an installation. */
function install(folder: string): void {
  vi.stubEnv('PATH', `${path.join(folder, 'bin')}:/usr/bin:/bin`);
}

/** Identity of the compiler that is found, as a new process finds it. */
function identity(): string | undefined {
  return findMachineTools(cache(), '3.11.2').compiler?.identity.digest;
}

describe('the identity of a compiler', () => {
  it('is the same wherever its parts lie', () => {
    install(makeTools(path.join(root, 'one')));
    const first = identity();
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    cpSync(path.join(root, 'one'), path.join(root, 'elsewhere', 'two'), { recursive: true });
    install(path.join(root, 'elsewhere', 'two'));
    expect(identity()).toBe(first);
  });

  it('is the same whatever else is installed beside it', () => {
    const tools = makeTools(path.join(root, 'one'));
    install(tools);
    const first = identity();
    writeFileSync(path.join(tools, 'bin', 'unrelated'), '#!/bin/sh\n', { mode: 0o755 });
    writeFileSync(path.join(tools, 'parts', 'cc1obj'), 'a compiler for another language');
    mkdirSync(path.join(tools, 'parts', 'include', 'objc'));
    writeFileSync(path.join(tools, 'parts', 'include', 'objc', 'objc.h'), 'its headers');
    writeFileSync(path.join(tools, 'bin', 'nm'), '#!/bin/sh\n# another that only looks\necho GNU nm\n');
    expect(identity()).toBe(first);
  });

  it.each(['parts/cc1', 'parts/libgcc.a', 'parts/include/stddef.h', 'bin/as', 'bin/ld'])(
    'is another when this part of it is: %s',
    (part) => {
      const tools = makeTools(path.join(root, 'one'));
      install(tools);
      const first = identity();
      writeFileSync(path.join(tools, part), '#!/bin/sh\necho GNU something of the same release, mended\n');
      expect(identity()).not.toBe(first);
    },
  );

  it('is another when gcc calls its parts in another way', () => {
    install(makeTools(path.join(root, 'one')));
    const first = identity();
    const gcc = path.join(root, 'one', 'bin', 'gcc');
    writeFileSync(gcc, makeHardened(gcc), { mode: 0o755 });
    expect(identity()).not.toBe(first);
  });
});

function makeHardened(gcc: string): string {
  return `#!/bin/sh\ncase "$*" in *-dumpspecs*) echo 'with a stack protector'; exit ;; esac\nexec ${renamed(gcc)} "$@"\n`;
}

function renamed(gcc: string): string {
  const other = path.join(path.dirname(gcc), 'gcc-real');
  cpSync(gcc, other);
  return other;
}

describe('what is built with a toolchain', () => {
  /** A step that writes what the compiler says, and how often it ran. */
  function user(): { step: Step; runs: () => number } {
    let runs = 0;
    const step: Step = {
      name: 'user',
      files: [],
      steps: [toolchainStep],
      run: (context) => {
        runs++;
        writeFileSync(path.join(context.out, 'result'), readdirSync(context.filesOf(toolchainStep)).join());
        return Promise.resolve();
      },
    };
    return { step, runs: () => runs };
  }

  async function build(step: Step): Promise<BuiltStep[]> {
    const { built } = await buildSteps([toolchainStep, step], { cacheRoot: cache() });
    return [...built];
  }

  it('is not built again when the same compiler comes to lie elsewhere', async () => {
    const { step, runs } = user();
    install(makeTools(path.join(root, 'one')));
    const [first, result] = await build(step);
    install(makeTools(path.join(root, 'two')));
    const [second, again] = await build(step);
    expect(second?.files).not.toBe(first?.files);
    expect(second?.manifest.identity).toBe(first?.manifest.identity);
    expect(again?.files).toBe(result?.files);
    expect(runs()).toBe(1);
  });

  it('is built again with another compiler', async () => {
    const { step, runs } = user();
    const tools = makeTools(path.join(root, 'one'));
    install(tools);
    await build(step);
    writeFileSync(path.join(tools, 'parts', 'cc1'), 'cc2');
    await build(step);
    expect(runs()).toBe(2);
  });
});
