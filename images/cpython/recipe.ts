/**
 * CPython for the guest: open this file first. Its sources are unpatched. The steps, each in a file of its own, share as
 * much between variants as they can:
 *
 *   configure.ts ─► compile.ts ─► link.ts (main.c, finalize.c, snapshot.S, frozen.c) ─► strip
 *   freeze.ts ────────────────────┤                         stdlib.ts: the library for a ramfs
 *   modules.ts (python-full) ─────┘                         tests.ts: CPython's tests for a ramfs; sysconfig.ts
 *
 * Other releases go another way in the middle: given.ts, releases.ts ─► later.ts ─► later-library.ts (by itself, linked for Linux).
 * keep-archive.ts takes a source archive that the user gives.
 * link-target.ts says for which system it is linked, variant.ts what can vary; config.site and Setup.local are what CPython's configure and makefile are told.
 */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Era } from '../abi/eras.ts';
import type { Step } from '../build/step.ts';
import { compileStep } from './compile.ts';
import { configureStep } from './configure.ts';
import { linkStep, objectsOf, stripStep, type MoreModules, type PythonObjects } from './link.ts';
import { guestTarget, linuxTarget, type LinkTarget } from './link-target.ts';
import { laterCompileStep } from './later.ts';
import { laterFreezeStep, laterStdlibStep } from './later-library.ts';
import { modulesStep, type ModuleSet } from './modules.ts';
import { isUsualRelease } from './given.ts';
import { findRelease, libraryName } from './releases.ts';
import { referenceVariant, type LaterPython, type Variant } from './variant.ts';

export { DEBUG_FILE as debugFile, PROGRAM_FILE as programFile, SYMBOLS_FILE as symbolsFile } from './link.ts';
export { stdlibStep } from './stdlib.ts';

/** The steps of a variant whose results are the program. */
export interface PythonSteps {
  /** Results: `debugFile` and `symbolsFile`. */
  readonly linked: Step;
  /** Result: `programFile`. */
  readonly stripped: Step;
}

const known: Step[] = [];

/** The step made first of those that are equal, since the engine runs each object once. */
function shared(step: Step): Step {
  const identity = JSON.stringify(step.parameters);
  const first = known.find(
    (one) =>
      one.name === step.name &&
      JSON.stringify(one.parameters) === identity &&
      one.steps.length === step.steps.length &&
      one.steps.every((needed, index) => needed === step.steps[index]),
  );
  if (first !== undefined) return first;
  known.push(step);
  return step;
}

const guests: Readonly<Record<Era, LinkTarget>> = { S: guestTarget('S'), M: guestTarget('M') };

/**
 * Steps for a variant: the same objects wherever two variants, or eras, agree in what a step depends on.
 *
 * @param set Modules to link besides those of hello's Python.
 */
export function pythonSteps(variant: Variant, era: Era = 'S', set?: ModuleSet): PythonSteps {
  const { linked, more } = linkedFor(variant, guests[era], set);
  return { linked, stripped: shared(stripStep(variant, linked, more)) };
}

/** The same objects as a program for Linux on this machine. Results: `debugFile` and `symbolsFile`. */
export function nativePythonStep(variant: Variant, set?: ModuleSet): Step {
  return linkedFor(variant, linuxTarget, set).linked;
}

function linkedFor(
  variant: Variant,
  target: LinkTarget,
  set: ModuleSet | undefined,
): { readonly linked: Step; readonly more: MoreModules | undefined } {
  if (variant.python !== undefined && !isUsualRelease(variant.python)) {
    const { objects } = laterPython(variant, variant.python);
    return { linked: shared(linkStep(variant, objects, target)), more: undefined };
  }
  const configured = shared(configureStep(variant));
  const compiled = shared(compileStep(variant, configured));
  const more = set && { set, step: shared(modulesStep(variant, compiled)) };
  return { linked: shared(linkStep(variant, objectsOf(compiled), target, more)), more };
}

/** The steps of another release, which makes its own library by itself, linked for Linux. @throws ArchiveError where its sources are not here. */
function laterPython(
  variant: Variant,
  name: LaterPython,
): { readonly objects: PythonObjects; readonly stdlib: Step } {
  const release = findRelease(name);
  const compiled = shared(laterCompileStep(release, variant));
  const library = libraryName(release);
  const bare: PythonObjects = {
    compiled,
    library,
    archives: (context) => {
      const folder = context.filesOf(compiled);
      const names = readdirSync(folder).filter((name) => name.endsWith('.a') && name !== library);
      return names.sort().map((name) => path.join(folder, name));
    },
    frozen: undefined,
  };
  const linux = shared(linkStep({ ...variant, encodings: 'source' }, bare, linuxTarget));
  const freeze = shared(laterFreezeStep(release, linux));
  return {
    objects: { ...bare, frozen: { step: freeze, source: 'frozen-later.c' } },
    stdlib: shared(laterStdlibStep(release, linux)),
  };
}

/** The library of another release for a ramfs. Result: `lib/python3.x/`. @throws ArchiveError where its sources are not here. */
export function laterLibraryStep(name: LaterPython): Step {
  return laterPython(referenceVariant, name).stdlib;
}
