/** The examples of the guide to guests do what they say. */
import { expect, it } from 'vitest';
import { guideExample } from '../support/guide-example.ts';
import { compileC } from '../support/programs.ts';

const HELLO = '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n';

it.each([
  ['run', /```ts\n(import \{ run \}.*?)```/s, 4],
  ['boot', /```ts\n(import \{ boot \}.*?)```/s, 3],
])('the example of %s does what it says', async (_name, example, promises) => {
  const checks = await guideExample('harness/guest/README.md', example, await compileC('hello', HELLO));
  expect(checks).toHaveLength(promises);
  for (const [is, promised] of checks) expect(is).toEqual(promised);
});
