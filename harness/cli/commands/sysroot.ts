/**
 * `nanvix-v86 sysroot`: a folder `bin` as Nanvix's releases have one, with our kernel and CPython under the real names, so that command
 * lines written for Nanvix run here word for word.
 */
import { chmodSync, copyFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { InputError } from '../../guest/errors.ts';
import { noteOutputFailure } from '../output-failures.ts';
import { addPythonOption, programOfRelease, type PythonOptionValues } from '../python-release.ts';
import { makeFolder } from '../../../images/system/folders.ts';

/** RAM in MiB of the machines that `nanvixd-v86` runs. */
const MEMORY_MIB = 256;
const EXECUTABLE = 0o755;
/** What the system says of a disk that has no room, rather than of a place that was named wrongly. */
const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

export function sysrootCommand(setStatus: (status: number) => void): Command {
  const command = new Command('sysroot')
    .description(
      'make a folder with bin/kernel.elf, nanvixd.elf, mkramfs.elf, mkimage.elf and python3.11, or that of --python, as Nanvix has them',
    )
    .argument('<folder>', 'where to; made if it is missing');
  return addPythonOption(command).action(async (folder: string, options: PythonOptionValues) => {
    const { program, minor } = await programOfRelease(options.python);
    const { wantedPython } = await import('../../guest/guest-files.ts');
    const { ensureWanted } = await import('../../../images/index.ts');
    const { withProgress } = await import('../images-progress.ts');
    const images = await withProgress("Building the guest's images", ({ onProgress, signal }) =>
      ensureWanted({ kernel: MEMORY_MIB, python: wantedPython(program) }, { onProgress, signal }),
    );
    const kernel = images.kernel[MEMORY_MIB];
    const { python, ramfs } = images;
    if (kernel === undefined || python === undefined || ramfs === undefined)
      throw new Error('the build left out what was wanted');
    const bin = join(resolve(folder), 'bin');
    try {
      makeFolder(bin);
      copyFileSync(kernel.path, join(bin, 'kernel.elf'));
      copyFileSync(python.elf.path, join(bin, `python${minor}`));
      copyFileSync(ramfs.hello.path, join(resolve(folder), 'hello.img'));
      writeLauncher(join(bin, 'nanvixd.elf'), 'nanvixd-v86.cjs');
      for (const tool of ['mkramfs', 'mkimage'])
        writeLauncher(join(bin, `${tool}.elf`), 'nanvix-v86.cjs', tool);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      if (!FULL.has(code)) throw new InputError(`${folder} cannot be written (${code})`);
      noteOutputFailure(`${folder} takes no more (${code}): what it holds is not complete`);
    }
    setStatus(0);
  });
}

/** A script in the place of a program of Nanvix's, which starts a command of this package. */
function writeLauncher(path: string, launcher: string, ...words: readonly string[]): void {
  const place = fileURLToPath(new URL(`../${launcher}`, import.meta.url));
  const command = [place, ...words].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  writeFileSync(
    path,
    `#!/bin/sh\n# Starts nanvix-v86 in the place of a program of Nanvix.\nexec ${command} "$@"\n`,
  );
  chmodSync(path, EXECUTABLE);
}
