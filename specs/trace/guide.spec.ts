/** The example of the guide does what it says, and a trace looks as it and the README show. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { inProject } from '../../images/build/paths.ts';
import { nanvix } from '../support/command.ts';
import { compileC } from '../support/programs.ts';
import { guideExample } from '../support/guide-example.ts';

const EXAMPLE = /```ts\n(import \{ boot, calls,.*?)```/s;
const HELLO = '#include <unistd.h>\nint main(void) { return write(1, "hello\\n", 6) != 6; }\n';

it('the example of the guide does what it says', async () => {
  const checks = await guideExample('harness/look/README.md', EXAMPLE, await compileC('hello', HELLO));
  expect(checks).toHaveLength(6);
  for (const [is, promised] of checks) expect(is).toEqual(promised);
});

const MISSING = `
#include <fcntl.h>
#include <unistd.h>
int main(void) { open("/missing", O_RDONLY); return write(1, "hello\\n", 6) != 6; }
`;

/** Times and counts go with the compiler. */
const withoutNumbers = (text: string): string =>
  text.replaceAll(/^[\d.]+ /gm, 'TIME ').replaceAll(/<\d+>$/gm, '<COUNT>');

it.each([
  ['README.md', HELLO],
  ['harness/look/README.md', MISSING],
])('the trace that %s shows is what the command prints', async (guide, source) => {
  const text = readFileSync(inProject(...guide.split('/')), 'utf8');
  const [, words = '', shown] =
    /^\$ npx nanvix-v86 (trace [^\n]*) -- \.\/hello\.elf\n(.*?)^```/ms.exec(text) ?? [];
  const { stderr, status } = await nanvix([...words.split(' '), '--', await compileC('shown', source)]);
  expect(withoutNumbers(stderr)).toBe(withoutNumbers(shown ?? ''));
  expect(status).toBe(0);
});
