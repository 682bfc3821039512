/** The example of the guide does what it says. */
import { expect, it } from 'vitest';
import { compileC } from '../support/programs.ts';
import { guideExample } from '../support/guide-example.ts';

const EXAMPLE = /```ts\n(import \{ boot, calls,.*?)```/s;
const HELLO = '#include <unistd.h>\nint main(void) { return write(1, "hello\\n", 6) != 6; }\n';

it('the example of the guide does what it says', async () => {
  const checks = await guideExample('harness/look/README.md', EXAMPLE, await compileC('hello', HELLO));
  expect(checks).toHaveLength(6);
  for (const [is, promised] of checks) expect(is).toEqual(promised);
});
