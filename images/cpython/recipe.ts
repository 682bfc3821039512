// CPython for the guest: open this file first. Its sources are unpatched. The steps, each in a file of its own, share as
// much between variants as they can:
//
//   configure.ts ─► compile.ts ─► link.ts (main.c, finalize.c, snapshot.S, frozen.c) ─► strip
//   freeze.ts ────────────────────┘                         stdlib.ts: the library for a ramfs
//
// variant.ts says what can vary; config.site and Setup.local are what CPython's configure and makefile are told.
import type { Step } from '../build/step.ts';
import { compileStep } from './compile.ts';
import { configureStep } from './configure.ts';
import { linkStep, stripStep } from './link.ts';
import type { Variant } from './variant.ts';

export { debugFile, programFile, symbolsFile } from './link.ts';
export { stdlibStep } from './stdlib.ts';

/** The steps of a variant whose results are the program. */
export interface PythonSteps {
  /** Results: `debugFile` and `symbolsFile`. */
  readonly linked: Step;
  /** Result: `programFile`. */
  readonly stripped: Step;
}

const known = new Map<string, PythonSteps>();

/** Steps for a variant: the same objects for equal variants, so that the engine builds each once. */
export function pythonSteps(variant: Variant): PythonSteps {
  const identity = JSON.stringify({ ...variant, name: '' });
  let steps = known.get(identity);
  if (steps === undefined) {
    const linked = linkStep(variant, compileStep(variant, configureStep(variant)));
    steps = { linked, stripped: stripStep(variant, linked) };
    known.set(identity, steps);
  }
  return steps;
}
