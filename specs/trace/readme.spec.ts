/** The example of the README does what it says. */
import { expect, test } from 'vitest';
import { compileC } from '../support/programs.ts';
import { readmeExample } from '../support/readme-example.ts';

const EXAMPLE = /```ts\n(import \{ boot, calls,.*?)```/s;
const HELLO = '#include <unistd.h>\nint main(void) { return write(1, "hello\\n", 6) != 6; }\n';

test('the example of the README does what it says', async () => {
  const checks = await readmeExample(EXAMPLE, await compileC('hello', HELLO));
  expect(checks).toHaveLength(6);
  for (const [is, promised] of checks) expect(is).toEqual(promised);
});
