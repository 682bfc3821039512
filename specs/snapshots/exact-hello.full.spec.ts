/** What exact.spec.ts promises, for the largest program there is: CPython saying hello. */
import { HELLO } from '../../harness/index.ts';
import { describeExactness } from './support/describe-exactness.ts';

describeExactness({
  name: 'CPython saying hello',
  says: 'CPYTHON_TEST_HELLO: Hello from Python (3, 11)\n',
  options: () => Promise.resolve(HELLO),
});
