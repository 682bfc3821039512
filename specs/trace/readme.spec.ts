/** The example of the README does what it says. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { compileC } from '../support/programs.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const EXAMPLE = /```ts\n(import \{ boot, calls,.*?)```/s;
const HELLO = '#include <unistd.h>\nint main(void) { return write(1, "hello\\n", 6) != 6; }\n';

/** The example with each `expression; // => value` turned into a check that it is so. */
function checked(program: string): string {
  const [, code = ''] = EXAMPLE.exec(README) ?? [];
  return code
    .replace("'nanvix-v86'", JSON.stringify(join(ROOT, 'harness', 'index.ts')))
    .replace("'./hello.elf'", JSON.stringify(program))
    .replaceAll(/^(.*); \/\/ => (.*)$/gm, 'checks.push([$1, $2]);')
    .replace('\n\n', '\n\nexport const checks: [unknown, unknown][] = [];\n');
}

test('the example of the README does what it says', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-readme-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const file = join(folder, 'example.ts');
  writeFileSync(file, checked(await compileC('hello', HELLO)));
  const { checks } = (await import(file)) as { checks: readonly [unknown, unknown][] };
  expect(checks).toHaveLength(6);
  for (const [is, promised] of checks) expect(is).toEqual(promised);
});
