/**
 * The steps that write the generated C headers, one for each era. A result changes only if a header does, so a comment in
 * a table rebuilds nothing else.
 */
import { projectFiles } from '../build/tree.ts';
import type { Step } from '../build/step.ts';
import type { Era } from './eras.ts';
import { writeHeaders } from './write-headers.ts';

function stepFor(era: Era): Step {
  return {
    name: era === 'S' ? 'headers' : `headers-${era.toLowerCase()}`,
    files: projectFiles('images/abi', ['.ts']),
    steps: [],
    parameters: { era },
    run: (context) => {
      writeHeaders(context.out, era);
      return Promise.resolve();
    },
  };
}

/** Results of each: `nanvix/*.h`, for the compiler's `-I`. */
export const headersSteps: Readonly<Record<Era, Step>> = { S: stepFor('S'), M: stepFor('M') };

/** Those of Era S, which every guest is built for unless it says otherwise. */
export const headersStep: Step = headersSteps.S;
