import { expect, test } from 'vitest';
import { readmeExample } from '../support/readme-example.ts';
import { debuggedProgram } from './program.ts';

const EXAMPLE = /```ts\n(import \{ debug \}.*?)```/s;

test('the example of the README does what it says', async () => {
  const checks = await readmeExample(EXAMPLE, await debuggedProgram());
  expect(checks.length).toBeGreaterThan(5);
  for (const [is, promised] of checks) expect(is).toEqual(promised);
});
