import { expect, it } from 'vitest';
import { guideExample } from '../support/guide-example.ts';
import { debuggedProgram } from './program.ts';

const EXAMPLE = /```ts\n(import \{ debug \}.*?)```/s;

it('the example of the guide does what it says', async () => {
  const checks = await guideExample('harness/debug/README.md', EXAMPLE, await debuggedProgram());
  expect(checks.length).toBeGreaterThan(5);
  for (const [is, promised] of checks) expect(is).toEqual(promised);
});
