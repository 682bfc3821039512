/** The files that the command line is loaded from are made again whenever anything they were made from has changed. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { projectRoot } from '../../images/build/paths.ts';
import { nanvix } from '../support/command.ts';

/** A checkout whose command line prints a word of its own and one of a dependency. */
let checkout: string;
const place = (...names: string[]): string => join(checkout, ...names);
const main = (): string => place('harness', 'cli', 'main.ts');
const dependency = (): string => place('node_modules', 'dependency', 'index.js');

beforeAll(() => {
  checkout = mkdtempSync(join(tmpdir(), 'nanvix-v86-bundle-'));
  const copied = ['harness/cli', 'harness/cache', 'harness/guest', 'images', 'package.json', 'tsconfig.json'];
  for (const name of copied) cpSync(join(projectRoot, name), place(name), { recursive: true });
  mkdirSync(place('node_modules', 'dependency'), { recursive: true });
  for (const name of readdirSync(join(projectRoot, 'node_modules'))) {
    symlinkSync(join(projectRoot, 'node_modules', name), place('node_modules', name));
  }
  writeFileSync(
    place('node_modules', 'dependency', 'package.json'),
    '{"name":"dependency","main":"index.js"}',
  );
});
afterAll(() => {
  rmSync(checkout, { recursive: true });
});
beforeEach(() => {
  writeFileSync(
    main(),
    "import { word } from 'dependency';\nexport async function main() {\n  console.log('ours', word);\n  return 0;\n}\n",
  );
  writeFileSync(dependency(), "exports.word = 'theirs';\n");
});

async function run(env: Record<string, string> = {}, command = 'say'): Promise<string> {
  const { stdout } = await execa(place('harness', 'cli', 'nanvix-v86.cjs'), [command], {
    env: { NANVIX_V86_CACHE: place('cache'), ...env },
  });
  return stdout;
}

/** Edits a file so that neither its length nor the time of its last change tells. */
function editUnseen(file: string, from: string, to: string): void {
  const { atime, mtime } = statSync(file);
  const text = readFileSync(file, 'utf8').replace(from, to);
  expect(text).toHaveLength(statSync(file).size);
  writeFileSync(file, text);
  utimesSync(file, atime, mtime);
}

const bundle = (): string => place('harness', 'dist', 'cli.cjs');

describe('an edit', () => {
  it('of a source that keeps its length and its time is run', async () => {
    expect(await run()).toBe('ours theirs');
    editUnseen(main(), 'ours', 'mine');
    expect(await run()).toBe('mine theirs');
  });

  it('of a dependency is run', async () => {
    expect(await run()).toBe('ours theirs');
    editUnseen(dependency(), 'theirs', 'yours.');
    expect(await run()).toBe('ours yours.');
  });

  it('of the bundle itself is undone', async () => {
    expect(await run()).toBe('ours theirs');
    writeFileSync(bundle(), readFileSync(bundle(), 'utf8').replace('ours', 'fake'));
    expect(await run()).toBe('ours theirs');
  });

  it('that changes nothing makes no other bundle', async () => {
    await run();
    await run();
    const { mtimeMs } = statSync(bundle());
    utimesSync(main(), new Date(), new Date());
    expect(await run()).toBe('ours theirs');
    expect(statSync(bundle()).mtimeMs).toBe(mtimeMs);
  });
});

/** A command line that runs a function, and then makes garbage: V8 forgets code that has not run since it collected several times. */
const COLLECTING = `
function early() {
  let sum = 0;
  for (let i = 0; i < 100; i++) sum += i;
  return sum;
}
export async function main() {
  console.log(early());
  for (let times = Number(process.env.TIMES); times > 0; times--) {
    const held = [];
    for (let i = 0; i < 50; i++) held.push(new Array(100_000).fill(i));
  }
  return 0;
}
`;

describe('the command run', () => {
  it('has a bundle of its own, without what other commands need', async () => {
    await nanvix(['run', '--help']);
    await nanvix(['--version']);
    const sources = (name: string): string =>
      readFileSync(join(projectRoot, 'harness', 'dist', `${name}.made-from.json`), 'utf8');
    for (const path of [
      'harness/cli/commands/study.ts',
      'harness/debug/session.ts',
      'node_modules/linkedom/',
    ])
      expect([path, sources('cli').includes(path), sources('run').includes(path)]).toEqual([
        path,
        true,
        false,
      ]);
  });

  it('runs an edit of its entry point', async () => {
    const entry = place('harness', 'cli', 'main-run.ts');
    writeFileSync(
      entry,
      "export async function main(words) {\n  console.log('ours', words);\n  return 0;\n}\n",
    );
    expect(await run({}, 'run')).toBe("ours [ 'run' ]");
    editUnseen(entry, 'ours', 'mine');
    expect(await run({}, 'run')).toBe("mine [ 'run' ]");
    expect(await run()).toBe('ours theirs');
  });
});

describe("V8's code of the bundle", () => {
  it('is kept, is private, and is healed where it is damaged', async () => {
    await run();
    const folder = place('cache', 'command');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const kept = readdirSync(folder).map((name) => join(folder, name));
    expect(kept.length).toBeGreaterThan(0);
    for (const file of kept) {
      expect(statSync(file).mode & 0o777).toBe(0o600);
      const bytes = readFileSync(file);
      bytes.writeUInt8(bytes.readUInt8(200) ^ 1, 200);
      writeFileSync(file, bytes);
    }
    expect(await run()).toBe('ours theirs');
  });

  it('holds what ran at first, also of a process that collects garbage afterwards', async () => {
    writeFileSync(main(), COLLECTING);
    const sizes: number[] = [];
    for (const times of [1, 30]) {
      const cache = place(`cache-${times}`);
      expect(await run({ NANVIX_V86_CACHE: cache, TIMES: String(times) })).toBe('4950');
      const folder = join(cache, 'command');
      sizes.push(...readdirSync(folder).map((name) => statSync(join(folder, name)).size));
    }
    const [atOnce = 0, afterwards] = sizes;
    expect(afterwards).toBeGreaterThan(0.9 * atOnce);
  });
});

describe('a package from a registry', () => {
  it('runs the bundle that it brought', async () => {
    await run();
    const installed = mkdtempSync(join(tmpdir(), 'nanvix-v86-installed-'));
    try {
      for (const name of ['harness/cli', 'harness/dist', 'images/build', 'package.json']) {
        mkdirSync(dirname(join(installed, name)), { recursive: true });
        cpSync(place(name), join(installed, name), { recursive: true });
      }
      writeFileSync(join(installed, 'harness', 'cli', 'main.ts'), 'not even a program');
      const { stdout } = await execa(join(installed, 'harness', 'cli', 'nanvix-v86.cjs'), ['say'], {
        env: { NANVIX_V86_CACHE: join(installed, 'cache') },
      });
      expect(stdout).toBe('ours theirs');
    } finally {
      rmSync(installed, { recursive: true });
    }
  });
});
