/** The programs of images/programs/posix: C on the guest's libc, each with checks of its own. */
import { fileURLToPath } from 'node:url';
import { boot } from '../../harness/index.ts';
import type { BootOptions, RunResult } from '../../harness/index.ts';
import type { Era } from '../../images/abi/index.ts';
import { compileProgram } from '../../images/index.ts';
import { volumeOf } from './volume.ts';

const folder = fileURLToPath(new URL('../../images/programs/posix/', import.meta.url));

/** Compiles one of them for an era and gives the path of its ELF. */
export async function posixProgram(name: string, era: Era = 'S'): Promise<string> {
  const { elf } = await compileProgram({
    era,
    sources: [`${folder}${name}.c`],
    flags: ['-O2', `-I${folder}`, '-Wall', '-Wextra', '-Werror'],
  });
  return elf.path;
}

/** A finished program: its run, what its checks said, and the volume as it left it. */
export interface PosixRun extends RunResult {
  readonly passed: readonly string[];
  /** Lines of the checks that failed. */
  readonly failed: readonly string[];
  /** Empty if the guest had none. */
  readonly volume: Uint8Array;
}

/** Runs one of them to its end; also outside of a test, so that several tests can ask about one run. */
export async function runPosix(
  name: string,
  options: Partial<BootOptions> & { readonly era?: Era } = {},
): Promise<PosixRun> {
  const guest = await boot({ program: await posixProgram(name, options.era), programName: name, ...options });
  try {
    const result = guest.result(await guest.runToEnd());
    const lines = result.output.split('\n');
    return {
      ...result,
      passed: lines.filter((line) => line.startsWith('PASS ')).map((line) => line.slice('PASS '.length)),
      failed: lines.filter((line) => line.startsWith('FAIL ')),
      volume: volumeOf(guest),
    };
  } finally {
    guest.dispose();
  }
}
