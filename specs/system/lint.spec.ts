/** What would break on another system does not pass the linter. */
import { Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
import { notPortable } from '../../.config/portable.mjs';

const linter = new Linter();
const problemsOf = (code: string): string[] =>
  linter
    .verify(code, [{ languageOptions: { ecmaVersion: 'latest', sourceType: 'module' }, rules: notPortable }])
    .map(({ message }) => message);

describe('the linter refuses', () => {
  it.each([
    ['asking for the system', 'if (process.platform === "linux") f();'],
    ['asking for it by parts', 'const { platform } = process; f(platform);'],
    ['asking for a user’s number', 'f(process.getuid());'],
    ['signals', 'process.kill(1, 0);'],
    ['folders that only Unix has', 'f("/tmp/x");'],
    ['/proc', 'f("/proc");'],
    ['/dev/null', 'f("/dev/null");'],
    ['paths that are put together with a slash', 'readFileSync(`${folder}/x`);'],
    ['and with a plus', 'f(folder + "/" + name);'],
    ['lines of a file that end in one way', 'readFileSync(f, "utf8").split("\\n");'],
    ['and of one that is read later', '(await readFile(f, "utf8")).split("\\n");'],
    ['programs that are scripts on Windows', 'spawnSync("npm", ["pack"]);'],
    ['shells', 'execSync("ls");'],
    ['links', 'symlinkSync(a, b);'],
    ['folders that Node makes for ever', 'mkdirSync(a, { recursive: true });'],
    ['paths of URLs as paths of files', 'f(new URL("x", import.meta.url).pathname);'],
  ])('%s', (_what, code) => {
    expect(problemsOf(code)).toHaveLength(1);
  });

  it.each([
    'f(join(tmpdir(), "x"));',
    'f(`${place}/${name}`);',
    'f("/test_hello.py", "/lib/python3.11");',
    'text.split("\\n");',
    'writeFileSync(file, `#!/bin/sh\\n`);',
    'await execa("npm", ["pack"]);',
  ])('nothing that is right everywhere: %s', (code) => {
    expect(problemsOf(code)).toEqual([]);
  });
});
