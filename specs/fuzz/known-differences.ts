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
    reason: 'of two NaNs, compiled code keeps the second and the interpreter the first',
    forms: ({ name }) => /^(Add|Mul)p[sd]_/.test(name),
    shown: `case seed=6 rounds=2 start=0x0 fpu timer=300
      b8 c4 ff ff ff bb e7 a1 02 20 3e 0f 97 44 83 0d  ; mov eax,0FFFFFFC4h; mov ebx,2002A1E7h; seta [ebx+eax*4+0Dh]
      0f 58 df                                         ; addps xmm3,xmm7
      66 0f c4 35 20 24 02 20 a1                       ; pinsrw xmm6,[20022420h],0A1h`,
  },
];

/** All that is to be drawn while there are known differences: bytes that may be anything may be those. */
export const unknown = (known: readonly KnownDifference[]): Choice => ({
  families: known.length === 0 ? ALL_FAMILIES : ALL_FAMILIES.filter((family) => family !== 'raw'),
  allows: notKnown(known),
});

/** Whether a form is free of known differences. */
const notKnown =
  (known: readonly KnownDifference[]) =>
  (form: Form): boolean =>
    !known.some(({ forms }) => forms(form));
