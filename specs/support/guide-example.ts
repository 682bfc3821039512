/** Examples of the guides, run as what they say: `expression; // => value` is a check that it is so. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Runs the example that the first group of a pattern finds, with this program as its hello.elf: pairs of what is and what was promised.
 *
 * @param guide The file it stands in, from the top of the checkout.
 */
export async function guideExample(
  guide: string,
  pattern: RegExp,
  program: string,
): Promise<readonly (readonly [is: unknown, promised: unknown])[]> {
  const [, code = ''] = pattern.exec(readFileSync(join(ROOT, guide), 'utf8')) ?? [];
  const checked = code
    .replace("'nanvix-v86'", JSON.stringify(join(ROOT, 'harness', 'index.ts')))
    .replace("'./hello.elf'", JSON.stringify(program))
    .replaceAll(/^(.*); \/\/ => (.*)$/gm, 'checks.push([$1, $2]);')
    .replace('\n\n', '\n\nexport const checks: [unknown, unknown][] = [];\n');
  const folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-readme-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const file = join(folder, 'example.ts');
  writeFileSync(file, checked);
  const { checks } = (await import(file)) as { checks: readonly [unknown, unknown][] };
  return checks;
}
