/** What exact.spec.ts promises, for programs with more calls, and for the largest program there is: CPython saying hello. */
import { HELLO } from '../../harness/index.ts';
import { describeExactness, type Scenario } from './support/describe-exactness.ts';
import { snapshotProgram } from './support/exactness.ts';

const scenarios: readonly Scenario[] = [
  {
    name: 'threads on a mutex and a condition variable, a sleep in progress, the timer running',
    says: '6 turns,',
    options: async () => ({ program: await snapshotProgram('threads') }),
  },
  {
    name: 'a FAT volume changed before and after',
    says: 'left: before af.\ngone\n',
    options: async () => ({
      program: await snapshotProgram('files'),
      ramfs: new URL('.', import.meta.url).pathname,
    }),
  },
  {
    name: 'input half read and output half written',
    says: 'half a all the input there is line\nxxx',
    options: async () => ({ program: await snapshotProgram('streams'), stdin: 'all the input there is' }),
  },
  {
    name: 'CPython saying hello',
    says: 'CPYTHON_TEST_HELLO: Hello from Python (3, 11)\n',
    options: () => Promise.resolve(HELLO),
  },
];

scenarios.forEach(describeExactness);
