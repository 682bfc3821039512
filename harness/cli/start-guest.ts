/**
 * The one way in: "boot, or restore, what the options name", for every command that runs a guest of the user's.
 *
 * What must hold: the same options mean the same for each of these commands. What is wrong with them is said before anything
 * is built, written or booted ({@link checkStart}).
 */
import type { Command } from 'commander';
import type { BootImages } from '../../images/types.ts';
import { InputError } from '../guest/errors.ts';
import type { Guest } from '../guest/guest.ts';
import type { GuestSnapshot } from '../guest/guest-snapshot.ts';
import type { BootOptions } from '../guest/options.ts';
import type { RestoreOptions } from '../guest/restore.ts';
import type { RestoredFile } from '../snapshots/kept-snapshot.ts';
import { addGuestOptions, bootOptionsOf } from './guest-options.ts';
import type { GuestOptionValues } from './guest-options.ts';
import { log } from './log.ts';
import { addPythonOption, programOfRelease } from './python-release.ts';

/** As commander hands them over. */
export interface StartOptionValues extends GuestOptionValues {
  readonly python?: string;
  readonly programName?: string;
  readonly restore?: string;
  readonly trustCompiled?: true;
}

/** What a command line names. */
export interface StartRequest {
  readonly program: string | undefined;
  /** Arguments and environment; empty for none. */
  readonly commandLine: string;
  readonly values: StartOptionValues;
}

/** What a command adds: streams, and what is known of how the guest will run. */
type Added = Pick<BootOptions, 'stdin'> & Pick<Partial<BootOptions>, 'compile'>;

/** How a command makes its guest: as it is, or with a debugger around it. */
export interface GuestMaker<Streams, Made> {
  readonly boot: (options: Omit<BootOptions, 'onOutput' | 'onConsole'> & Streams) => Promise<Made>;
  readonly restore: (
    snapshot: GuestSnapshot,
    options: Omit<RestoreOptions, 'onOutput' | 'onConsole'> & Streams,
  ) => Promise<Made>;
}

export interface Started<Made> {
  readonly made: Made;
  /** The files built here, if any was needed. */
  readonly images?: BootImages;
  /** What it was restored from, if it was. */
  readonly snapshot?: GuestSnapshot;
}

/** Adds what names a guest to a command, behind its own options: arguments and options. `deadlines: false` as in {@link addGuestOptions}. */
export function addStartOptions(command: Command, options?: { readonly deadlines?: boolean }): Command {
  command
    .argument(
      '[program]',
      'ELF file of the program, or `python`, `python-full` or `python-tests` for those built here; may be left out with --restore',
    )
    .argument('[line...]', 'its arguments and environment: "args;ENV=value ENV=value"')
    .optionsGroup('The guest:');
  addPythonOption(command)
    .option('--program-name <name>', 'what the guest calls the program (default: base name of the file)')
    .option('--restore <file>', 'start from a snapshot; what is named besides must be what it was taken with')
    .option(
      '--trust-compiled',
      'run the compiled code in the snapshot: only of a file from someone whose programs you would run',
    );
  return addGuestOptions(command, options).passThroughOptions();
}

/**
 * Says what cannot be before anything is done.
 *
 * @param verb What the command does to a program.
 * @throws InputError
 */
export function checkStart({ program, values }: StartRequest, verb: string): void {
  if (program === undefined && values.restore === undefined)
    throw new InputError(`name a program to ${verb}, or a snapshot with --restore`);
  if (values.python !== undefined && (program === 'python-full' || program === 'python-tests'))
    throw new InputError(`${program} is CPython 3.11.2 only: leave --python out, or name python`);
  if (values.python !== undefined && program !== 'python')
    throw new InputError('--python says which release `python` is: name python as the program');
  if (values.restore === undefined && values.trustCompiled === true)
    throw new InputError('--trust-compiled says what to do with a snapshot: name one with --restore');
  if (values.restore !== undefined && values.sysroot !== undefined)
    throw new InputError('a snapshot has its kernel and programs: leave --sysroot out with --restore');
}

/** Guests as they are. */
export const plainGuests: GuestMaker<Pick<BootOptions, 'onOutput' | 'onConsole'>, Guest> = {
  boot: async (options) => (await import('../guest/boot.ts')).boot(options),
  restore: async (snapshot, options) =>
    (await import('../guest/restore.ts')).restoreSnapshot(snapshot, options),
};

async function loadFile(path: string, trustCompiled: boolean): Promise<RestoredFile> {
  if (trustCompiled) {
    const { loadSnapshot } = await import('../snapshots/guest-file.ts');
    return await loadSnapshot(path, { trustCompiled });
  }
  const { loadRepeated } = await import('../snapshots/kept-snapshot.ts');
  const { isRepeated } = await import('./repeated.ts');
  return await loadRepeated(path, isRepeated);
}

/**
 * Boots or restores a guest.
 *
 * @param request Checked by {@link checkStart}.
 * @param streams Where its output goes.
 * @param isUndisturbed True where nobody looks on: compiled code is then made once for later processes.
 * @throws InputError for what cannot be booted, ArchiveError for a release without sources, SnapshotError for a file that is refused.
 */
export async function startGuest<Streams, Made>(
  { program: named, commandLine, values }: StartRequest,
  streams: Streams & Added,
  maker: GuestMaker<Streams, Made>,
  isUndisturbed = false,
): Promise<Started<Made>> {
  const { restore, trustCompiled = false, compile, python } = values;
  const program = python === undefined ? named : (await programOfRelease(python)).program;
  const { findImages, findImagesAndCode } = await import('./images-progress.ts');
  const find = isUndisturbed && restore === undefined ? findImagesAndCode : findImages;
  // A guest that comes from a snapshot or a release has its kernel.
  const hasKernel = restore !== undefined || values.sysroot !== undefined;
  const kernel = hasKernel ? (values.kernel ?? '') : values.kernel;
  const found =
    program === undefined ? {} : await find(program, { ...values, ...(kernel !== undefined && { kernel }) });
  const given = {
    ...bootOptionsOf(values),
    ...found,
    ...(values.programName !== undefined && { programName: values.programName }),
    ...(commandLine === '' && restore !== undefined ? {} : { commandLine }),
    // Compiled code is of use only in a machine that may run it from the start.
    ...(trustCompiled && compile && { compile: true }),
    ...streams,
  };
  if (restore !== undefined) {
    const { snapshot, bytes } = await loadFile(restore, trustCompiled);
    await log('debug', 'loaded a snapshot', { file: restore, bytes });
    return {
      made: await maker.restore(snapshot, { ...given, ...(program !== undefined && { program }) }),
      ...found,
      snapshot,
    };
  }
  if (program === undefined) throw new InputError('name a program, or a snapshot with --restore');
  return { made: await maker.boot({ ...given, program }), ...found };
}
