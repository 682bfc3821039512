/**
 * Boots from a release: its kernel, and the program, with the daemons of a standalone machine where the release has them.
 *
 * Source: ABI reference for Era M, "Processes": procd is process 1, memd (later networkd) 2, vfsd 3, the program 4.
 */
import { basename } from 'node:path';
import { stat, readFile } from 'node:fs/promises';
import { createBundle, BundleError, isBundle } from '../../../images/bundle/index.ts';
import { InputError } from '../errors.ts';
import { isBuiltProgram } from '../guest-files.ts';
import { commandLineText } from '../monitor/command-line.ts';
import type { BootOptions } from '../options.ts';
import { isWanted, releaseText, wantedRelease } from './release.ts';
import { openSysroot } from './sysroot.ts';
import type { Sysroot } from './sysroot.ts';

const KERNEL = 'kernel.elf';
/** Base names of the daemons, by what they are called in the guest. */
const DAEMONS: Readonly<Record<string, readonly string[]>> = {
  procd: ['procd.elf'],
  memd: ['memd.elf', 'networkd.elf'],
  vfsd: ['vfsd.elf'],
};
const NAMES_SHOWN = 12;

/**
 * The options of a guest whose files come from {@link BootOptions.sysroot}; the same options where there is none. A kernel that is named
 * besides counts.
 *
 * @throws InputError where the release lacks something.
 */
export async function withSysroot(options: BootOptions): Promise<BootOptions> {
  const { sysroot: path, ...rest } = options;
  if (path === undefined) return options;
  const sysroot = await openSysroot(path);
  await tellRelease(sysroot, options);
  const kernel = options.kernel ?? (await needed(sysroot, KERNEL));
  const program = await findProgram(sysroot, options.program);
  const name =
    options.programName ?? (typeof options.program === 'string' ? basename(options.program) : 'program');
  if (program === undefined) return { ...rest, kernel };
  const daemons = isBundle(program) ? undefined : await findDaemons(sysroot);
  if (daemons === undefined) return { ...rest, kernel, program, programName: name };
  const { args, env, commandLine: verbatim } = options;
  const commandLine = commandLineText({ programName: name, args, env, verbatim });
  try {
    const bundle = createBundle({
      programs: [...daemons, { bytes: program, commandLine }],
      kernelArguments: '',
    });
    return { ...rest, kernel, program: bundle, programName: name };
  } catch (error) {
    if (!(error instanceof BundleError)) throw error;
    throw new InputError(`no bundle can be made of ${name} and the daemons in ${path}: ${error.message}`);
  }
}

/** Tells whether the release is the one that the program was built for. */
async function tellRelease(sysroot: Sysroot, { program, log }: BootOptions): Promise<void> {
  if (typeof program !== 'string') return;
  const wanted = await wantedRelease(program);
  if (wanted === undefined) return;
  const fits = isWanted(wanted, sysroot);
  const details = { wanted: releaseText(wanted), lock: wanted.file, sysroot: sysroot.path };
  if (fits === false) {
    log?.warn?.(
      `${basename(program)} was built for ${details.wanted}, and ${basename(sysroot.path)} is another release`,
      details,
    );
  } else {
    log?.debug?.(
      fits
        ? 'the release is the one that is wanted'
        : 'whether the release is the one that is wanted is not known',
      details,
    );
  }
}

async function needed(sysroot: Sysroot, name: string): Promise<Uint8Array> {
  const found = await sysroot.find(name);
  if (found !== undefined) return found;
  throw new InputError(`the sysroot ${sysroot.path} has no ${name}; it has ${listOf(sysroot)}`);
}

/** A file of the host, else one of the release; undefined for a program that is built here. */
async function findProgram(
  sysroot: Sysroot,
  program: BootOptions['program'],
): Promise<Uint8Array | undefined> {
  if (typeof program !== 'string') return program;
  const isFile = await stat(program).then(
    (found) => found.isFile(),
    () => false,
  );
  if (isFile) return await readFile(program);
  const name = basename(program);
  const found = (await sysroot.find(name)) ?? (await sysroot.find(`${name}.elf`));
  if (found !== undefined) return found;
  if (isBuiltProgram(program)) return undefined;
  throw new InputError(
    `there is no file ${program}, and the sysroot ${sysroot.path} has no ${name}; it has ${listOf(sysroot)}`,
  );
}

/** The daemons of a release, all or none. */
async function findDaemons(
  sysroot: Sysroot,
): Promise<readonly { readonly bytes: Uint8Array; readonly commandLine: string }[] | undefined> {
  const found = [];
  const missing = [];
  for (const [commandLine, names] of Object.entries(DAEMONS)) {
    const name = names.find((one) => sysroot.names.includes(one));
    if (name === undefined) missing.push(names[0] ?? '');
    else found.push({ bytes: await needed(sysroot, name), commandLine });
  }
  if (found.length === 0) return undefined;
  if (missing.length === 0) return found;
  throw new InputError(
    `the sysroot ${sysroot.path} has some of Nanvix's daemons, and lacks ${missing.join(', ')}: give a whole release`,
  );
}

function listOf({ names }: Sysroot): string {
  const shown = names.slice(0, NAMES_SHOWN).join(', ');
  return names.length === 0
    ? 'nothing that can be booted'
    : names.length > NAMES_SHOWN
      ? `${shown} …`
      : shown;
}
