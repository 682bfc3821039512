/** What somebody waits for who has installed both packages and nothing else: hello, a compiled C program, the library. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { wallClock } from '../../guest/wall-clock.ts';
import type { Figure, Measurement } from '../figure.ts';
import { installedPackages, type Installed } from '../installed.ts';

const MILLISECONDS_PER_SECOND = 1000;
/** A folder that can be neither made nor written, for root either: as on a machine whose home is read-only. */
const NOWHERE = join(devNull, 'cache');
const HELLO_C = '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n';

/** Times something in an empty folder that is there for it alone, cache included. */
async function timed(
  packages: Installed,
  work: (folder: string, nanvix: (...args: readonly string[]) => Promise<unknown>) => Promise<unknown>,
  cache?: string,
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'nanvix-v86-bench-'));
  const env = packages.environment(cache ?? join(folder, 'cache'));
  try {
    await writeFile(join(folder, 'hello.c'), HELLO_C);
    const startedAt = wallClock();
    await work(folder, (...args) => execa(packages.command, args, { cwd: folder, env, stdin: 'ignore' }));
    return wallClock() - startedAt;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const prepare = async (sample: (packages: Installed) => Promise<number>): Promise<Measurement> => {
  const packages = await installedPackages();
  return { sample: () => sample(packages) };
};

export const bareHelloMs: Figure = {
  name: 'bareHelloMs',
  unit: 'ms',
  meaning: 'hello from both packages where nothing was ever kept, nor can be',
  target: 2000,
  samples: 5,
  warmUp: 1,
  prepare: () => prepare((packages) => timed(packages, (_folder, nanvix) => nanvix('hello'), NOWHERE)),
};

export const firstHelloMs: Figure = {
  name: 'firstHelloMs',
  unit: 'ms',
  meaning: 'the first hello from both packages, with an empty cache',
  target: 2000,
  samples: 5,
  warmUp: 1,
  prepare: () => prepare((packages) => timed(packages, (_folder, nanvix) => nanvix('hello'))),
};

export const tccSeconds: Figure = {
  name: 'tccSeconds',
  unit: 's',
  meaning: 'hello.c compiled in the guest and run, from both packages with an empty cache',
  target: 3,
  samples: 5,
  warmUp: 1,
  prepare: () =>
    prepare(async (packages) => {
      const milliseconds = await timed(packages, async (_folder, nanvix) => {
        await nanvix('cc', '--compiler', 'tcc', 'hello.c', '-o', 'hello.elf');
        await nanvix('run', '--', './hello.elf');
      });
      return milliseconds / MILLISECONDS_PER_SECOND;
    }),
};

export const libraryLoadMs: Figure = {
  name: 'libraryLoadMs',
  unit: 'ms',
  meaning: '`import "nanvix-v86"` of the package, in a process of its own',
  target: 150,
  samples: 9,
  warmUp: 2,
  prepare: () =>
    prepare(async ({ library }) => {
      const entry = pathToFileURL(join(library, 'harness', 'dist', 'library', 'harness', 'index.mjs')).href;
      const script = `const at = performance.now(); await import(${JSON.stringify(entry)}); console.log(performance.now() - at);`;
      const { stdout } = await execa(process.execPath, ['--input-type=module', '-e', script]);
      return Number(stdout);
    }),
};
