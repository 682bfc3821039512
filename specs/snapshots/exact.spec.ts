/**
 * A snapshot is the same machine to the last bit: wherever it is taken and wherever it is restored, the run ends as the
 * uninterrupted one does, in output, exit status, instruction count, virtual time and a digest of the final machine.
 */
import { snapshotProgram } from './support/exactness.ts';
import { describeExactness, type Scenario } from './support/describe-exactness.ts';

const scenarios: readonly Scenario[] = [
  {
    name: 'values in FPU and SSE registers',
    says: ' 7 14 21 28 7f80 0f7f\n',
    options: async () => ({ program: await snapshotProgram('registers') }),
  },
];

scenarios.forEach(describeExactness);
