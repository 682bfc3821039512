/** `--python`: which release of CPython a command takes. */
import type { Command } from 'commander';
import type { Minor } from '../../images/cpython/given.ts';

/** As commander hands it over. */
export interface PythonOptionValues {
  readonly python?: string;
}

/** Adds the option to a command, in the group of options that is open. */
export function addPythonOption(command: Command): Command {
  return command.option(
    '--python <release>',
    'which release `python` is: 3.11, 3.13, or one whose source archive was given by `images --cpython` (default: 3.11)',
  );
}

/** What a release is here. */
export interface ProgramOfRelease {
  /** Name of its program, as a boot takes it. */
  readonly program: string;
  /** `3.13`, whatever the release was called. */
  readonly minor: Minor;
}

/**
 * The program of a release of CPython, the usual one where none is named.
 *
 * @throws ArchiveError where its sources are not here.
 */
export async function programOfRelease(release: string | undefined): Promise<ProgramOfRelease> {
  const { findKnownRelease, isUsualRelease, USUAL_MINOR } = await import('../../images/cpython/given.ts');
  if (release === undefined || isUsualRelease(release)) return { program: 'python', minor: USUAL_MINOR };
  return { program: `python${release}`, minor: findKnownRelease(release).minor };
}
