/** The releases of CPython that guests are built from, and what differs between them, as data. */
import { inProject } from '../build/paths.ts';
import type { Step, StepContext } from '../build/step.ts';
import { sourceStep, unpackSource } from '../toolchain/sources.ts';

/** This file: an input of the steps that read it. */
export const releaseFile: string = inProject('images/cpython/releases.ts');

/** A release after 3.11, which the rest of this folder is made for. */
export interface Release {
  /** As in names of files: `3.13`. */
  readonly minor: string;
  readonly source: Step;
}

const locked = { '3.13': 'cpython-3.13' } as const;

/** The releases besides 3.11, by what people call them. */
export const laterReleases: Readonly<Record<string, Release>> = Object.fromEntries(
  Object.entries(locked).map(([minor, name]) => [minor, { minor, source: sourceStep(name) }]),
);

/** The library that the makefile of a release makes. */
export const libraryName = ({ minor }: Release): string => `libpython${minor}.a`;

/** Unpacks the sources of a release into a step's work folder; returns the folder's name there. */
export async function unpackRelease(
  context: StepContext,
  { minor, source }: Release,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  return await unpackSource(context, source, locked[minor as keyof typeof locked], env);
}
