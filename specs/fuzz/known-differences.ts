/**
 * What is known to differ and being mended: kept out of the fuzzer until then, so that it finds the rest. A line that nothing needs any
 * more fails its spec.
 */

import { ALL_FAMILIES, type Choice } from './generator.ts';
import type { Form } from './instructions.ts';

export interface KnownDifference {
  readonly reason: string;
  readonly forms: (form: Form) => boolean;
  /** A case, as text, that shows it. */
  readonly shown: string;
}

/** Between the ways to run on our machine. */
export const KNOWN_BETWEEN_WAYS: readonly KnownDifference[] = [
  {
    reason: 'a page fault in ENTER with nesting levels ends the machine, see emulator/UPSTREAM.md',
    forms: ({ name }) => name.startsWith('Enter'),
    shown: `case seed=1 rounds=24
      c8 08 00 02  ; enter 8,2`,
  },
];

/** All that is to be drawn while there are known differences: bytes that may be anything may be those. */
export const unknown = (known: readonly KnownDifference[]): Choice => ({
  families: known.length === 0 ? ALL_FAMILIES : ALL_FAMILIES.filter((family) => family !== 'raw'),
  allows: notKnown(known),
  onlyDefined: false,
});

/** Whether a form is free of known differences. */
const notKnown =
  (known: readonly KnownDifference[]) =>
  (form: Form): boolean =>
    !known.some(({ forms }) => forms(form));
