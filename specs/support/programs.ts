/** Guest programs for specs, compiled from C by the same command that users have; the build cache keeps them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Era } from '../../images/abi/index.ts';
import { compileProgram } from '../../images/index.ts';

/**
 * Compiles C text, or C++ by another extension, and gives the path of the program.
 *
 * @param name Base name of the program, which is what the guest calls it.
 */
export async function compileC(
  name: string,
  source: string,
  flags: readonly string[] = [],
  era: Era = 'S',
  extension: '.c' | '.cc' = '.c',
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-spec-'));
  try {
    const file = join(folder, `${name}${extension}`);
    writeFileSync(file, source);
    const { elf } = await compileProgram({ sources: [file], flags: ['-O1', ...flags], era });
    return elf.path;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
