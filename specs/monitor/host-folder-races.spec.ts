/** Who changes a mounted folder while a file is opened in it leads nothing outside: each moment between two steps is tried. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type * as Fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hostFolder } from '../../harness/guest/host-folder.ts';

/** What to do behind the next calls of a function of the host, one entry a call. */
type Followed = 'realpathSync' | 'openSync' | 'fstatSync' | 'lstatSync';
const behind = new Map<Followed, (() => void)[]>();
vi.mock('node:fs', async (original) => {
  const real = await original<typeof Fs>();
  const followed = (name: Followed): unknown => {
    return (...words: readonly unknown[]): unknown => {
      try {
        return (real[name] as (...given: readonly unknown[]) => unknown)(...words);
      } finally {
        behind.get(name)?.shift()?.();
      }
    };
  };
  return {
    ...real,
    ...Object.fromEntries(
      ['realpathSync', 'openSync', 'fstatSync', 'lstatSync'].map((name) => [
        name,
        followed(name as Followed),
      ]),
    ),
  };
});

let base = '';
let folder = '';
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'nanvix-v86-race-'));
  folder = join(base, 'mounted');
  for (const [place, text] of [
    [folder, 'inside'],
    [join(base, 'outside'), 'outside'],
  ] as const) {
    mkdirSync(join(place, 'sub', 'deep'), { recursive: true });
    writeFileSync(join(place, 'sub', 'file'), text);
    writeFileSync(join(place, 'sub', 'deep', 'file'), text);
  }
});
afterEach(() => {
  behind.clear();
  rmSync(base, { recursive: true });
});

/** Puts a link that leads outside in the place of what is there. */
const swap = (name: string, target: string) => (): void => {
  renameSync(join(folder, name), join(base, 'aside'));
  symlinkSync(join(base, 'outside', target), join(folder, name));
};
const nothing = (): void => undefined;
/** Does something behind the nth call from now. */
const nth = (n: number, act: () => void): (() => void)[] => [...Array<() => void>(n - 1).fill(nothing), act];

function readAt(path: string): string {
  const mounted = hostFolder(folder);
  const bytes = mounted.read(path, 0, 100);
  return bytes instanceof Uint8Array ? new TextDecoder().decode(bytes) : bytes.refused;
}

const swaps: readonly [string, string, () => void][] = [
  [
    'the file',
    '/sub/file',
    () => {
      swap('sub/file', 'sub/file')();
    },
  ],
  [
    'its folder',
    '/sub/file',
    () => {
      swap('sub', 'sub')();
    },
  ],
  [
    'a folder above it',
    '/sub/deep/file',
    () => {
      swap('sub', 'sub')();
    },
  ],
];

describe.each(swaps)('a link in the place of %s', (_what, path, act) => {
  it.each([
    ['realpathSync', 2],
    ['openSync', 1],
    ['fstatSync', 1],
    ['lstatSync', 1],
    ['realpathSync', 3],
    ['openSync', 2],
  ] as const)('behind %s, call %i, is not followed', (name, call) => {
    behind.set(name, nth(call, act));
    expect(readAt(path)).not.toBe('outside');
  });

  it('is seen when it is there from the start', () => {
    act();
    expect(readAt(path)).toBe('EACCES');
  });
});

it('a file that is written goes where its folder was, not where a link leads', () => {
  const mounted = hostFolder(folder);
  behind.set('lstatSync', nth(1, swap('sub', 'sub')));
  mounted.write('/sub/file', 0, new TextEncoder().encode('changed'));
  rmSync(join(folder, 'sub'));
  renameSync(join(base, 'aside'), join(folder, 'sub'));
  rmSync(folder, { recursive: true });
  renameSync(join(base, 'outside'), folder);
  expect(readAt('/sub/file')).toBe('outside');
});

it.each([['/pipe'], ['/device']])('%s is no file, and nothing waits for it', (path) => {
  symlinkSync('/dev/null', join(folder, 'device'));
  symlinkSync('/dev/fd', join(folder, 'pipe'));
  expect(readAt(path)).toBe('EACCES');
});
