// The step that writes the generated C headers. Its result changes only if a header does, so a comment in a table
// rebuilds nothing else.
import { projectFiles } from '../build/tree.ts';
import type { Step } from '../build/step.ts';
import { writeHeaders } from './write-headers.ts';

/** Results: `nanvix/*.h`, for the compiler's `-I`. */
export const headersStep: Step = {
  name: 'headers',
  files: projectFiles('images/abi', ['.ts']),
  steps: [],
  run: (context) => {
    writeHeaders(context.out);
    return Promise.resolve();
  },
};
