/** What differs between systems: each seam is told that it runs on another one, and does what is right there. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix, win32 } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostFolder } from '../../harness/guest/host-folder.ts';
import { Store } from '../../images/store/store.ts';
import { renameOver, syncFile, syncFolder } from '../../images/system/durable.ts';
import { makeFolder } from '../../images/system/folders.ts';
import { isHostName, portablePath } from '../../images/system/paths.ts';
import { Processes } from '../../images/system/processes.ts';
import { endBySignal } from '../../images/system/signals.ts';
import { canBuildGuests, systemName, type System } from '../../images/system/system.ts';

const linux: System = { platform: 'linux', arch: 'x64', userId: 1000 };
const mac: System = { platform: 'darwin', arch: 'arm64', userId: 501 };
const windows: System = { platform: 'win32', arch: 'x64', userId: undefined };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-system-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const failing = (code: string): Error => Object.assign(new Error(code), { code });

describe('guests are built', () => {
  it('on Linux on x86-64 alone; elsewhere the prebuilt ones serve', () => {
    expect([linux, mac, windows, { ...linux, arch: 'arm64' }].map(canBuildGuests)).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(systemName(mac)).toBe('darwin on arm64');
  });
});

describe('the name of a source in a key', () => {
  it('is the same on every system, so that prebuilt guests are found', () => {
    const onWindows = portablePath('C:\\pkg', 'C:\\pkg\\images\\kernel\\main.c', win32);
    expect(onWindows).toBe('images/kernel/main.c');
    expect(portablePath('/pkg', '/pkg/images/kernel/main.c', posix)).toBe(onWindows);
  });

  it('keeps a backslash where that is a letter like others', () => {
    expect(portablePath('/pkg', '/pkg/a\\b.c', posix)).toBe('a\\b.c');
  });
});

describe('a name that a guest gives to a file of the host', () => {
  const odd = ['a:b', 'a\\b', 'nul', 'CON.txt', 'com1', 'what?', 'ends.', 'ends ', 'a|b', 'a"b'];

  it.each(odd)(
    '%j is refused on Windows, where it stands for something else, and taken elsewhere',
    (name) => {
      expect([isHostName(name, windows), isHostName(name, linux), isHostName(name, mac)]).toEqual([
        false,
        true,
        true,
      ]);
    },
  );

  it.each(['hello.txt', 'console', '.profile', 'ä b', 'com10'])('%j is taken everywhere', (name) => {
    expect(isHostName(name, windows)).toBe(true);
  });

  it('with a zero byte is refused everywhere', () => {
    expect(isHostName('a\0b', linux)).toBe(false);
  });

  it('is refused by a mounted folder before the host sees it', () => {
    const how = { writes: true, create: true, exclusive: false, truncate: false, mode: 0o644 };
    expect(hostFolder(folder, windows).open('/data:stream', how)).toEqual({ refused: 'EINVAL' });
    expect(hostFolder(folder, linux).open('/data:stream', how)).toEqual({ isFolder: false });
  });
});

describe('a process that wrote down who it is', () => {
  const stat = (start: number): string => `7 (a ) b) S ${'0 '.repeat(18)}${start} 0`;
  const runs = (): void => undefined;

  it('is known again by its start, where the system tells it', () => {
    const then = new Processes({ probe: runs, stat: () => stat(5) });
    const later = new Processes({ probe: runs, stat: () => stat(6) });
    const mark = then.mark(7);
    expect(mark).toEqual({ pid: 7, start: '5' });
    expect([then.isAlive(mark), later.isAlive(mark)]).toEqual([true, false]);
  });

  it('is alive by its number alone, where there is no /proc', () => {
    const elsewhere = new Processes({
      probe: runs,
      stat: () => {
        throw failing('ENOENT');
      },
    });
    expect(elsewhere.isAlive(elsewhere.mark(7))).toBe(true);
    expect(elsewhere.isAlive({ pid: 7 })).toBe(true);
  });

  it.each([
    ['ESRCH', false],
    ['EPERM', true],
  ])('and cannot be asked for (%s) is alive: %s', (code, alive) => {
    const table = {
      probe: () => {
        throw failing(code);
      },
      stat: () => stat(5),
    };
    expect(new Processes(table).isAlive({ pid: 7, start: '5' })).toBe(alive);
  });

  it('is this one', () => {
    const processes = new Processes();
    expect(processes.isAlive(processes.mark(process.pid))).toBe(true);
  });
});

describe('a command that was interrupted', () => {
  it('ends by the signal, and by its status where there are no signals', () => {
    const killed: string[] = [];
    const kill = (signal: string): void => {
      killed.push(signal);
    };
    expect(endBySignal('SIGTERM', mac, kill)).toBe(143);
    expect(killed).toEqual(['SIGTERM']);
    expect(endBySignal('SIGINT', windows, kill)).toBe(130);
    expect(killed).toEqual(['SIGTERM']);
  });
});

describe('a file that takes the place of another', () => {
  const renaming = (system: System, failures: string[]) => {
    const pauses: number[] = [];
    const rename = (): Promise<void> => {
      const code = failures.shift();
      return code === undefined ? Promise.resolve() : Promise.reject(failing(code));
    };
    const pause = (milliseconds: number): Promise<number> => Promise.resolve(pauses.push(milliseconds));
    return { pauses, done: renameOver('a', 'b', { system, rename, pause }) };
  };

  it('waits on Windows for who has that one open', async () => {
    const { done, pauses } = renaming(windows, ['EPERM', 'EBUSY', 'EACCES']);
    await done;
    expect(pauses).toEqual([10, 20, 50]);
  });

  it('waits no longer than two seconds, and then says what stands in the way', async () => {
    const { done, pauses } = renaming(
      windows,
      Array.from({ length: 99 }, () => 'EBUSY'),
    );
    await expect(done).rejects.toThrow('EBUSY');
    expect(pauses.reduce((sum, one) => sum + one)).toBeLessThan(2000);
  });

  it('does not wait for what no waiting mends, nor on other systems', async () => {
    for (const [system, code] of [
      [windows, 'ENOSPC'],
      [linux, 'EBUSY'],
    ] as const) {
      const { done, pauses } = renaming(system, [code]);
      await expect(done).rejects.toThrow(code);
      expect(pauses).toEqual([]);
    }
  });

  it('is flushed with its folder, of which Windows knows nothing', () => {
    const file = join(folder, 'file');
    writeFileSync(file, 'content');
    for (const system of [linux, mac, windows]) {
      syncFile(file, system);
      syncFolder(folder, system);
    }
    expect(() => {
      syncFolder(join(folder, 'none'), linux);
    }).toThrow('ENOENT');
    // Windows refuses to open a folder for that, so it is not tried
    syncFolder(join(folder, 'none'), windows);
    expect(readFileSync(file, 'utf8')).toBe('content');
  });
});

describe('a folder', () => {
  it('is made with those above it, and may be there', () => {
    const deep = join(folder, 'a', 'b', 'c');
    makeFolder(deep, 0o700);
    makeFolder(deep, 0o700);
    expect(statSync(join(folder, 'a')).isDirectory()).toBe(true);
  });

  it('that cannot be made is told, and does not hang', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => {
      makeFolder(join(folder, 'file', 'below', 'deep'));
    }).toThrow(/ENOTDIR|ENOENT/);
  });

  it.skipIf(process.platform !== 'linux')('below /proc neither', () => {
    expect(() => {
      makeFolder('/proc/nanvix-v86/cache');
    }).toThrow('ENOENT');
  });
});

describe('the store', () => {
  const kept = (system: System): string => {
    const store = new Store(join(folder, system.platform), '1', system);
    store.write('symbols', 'key', new TextEncoder().encode('content'));
    return new TextDecoder().decode(store.read('symbols', 'key')?.content);
  };

  it('takes a folder as the user’s own where users have no numbers', () => {
    expect(kept(windows)).toBe('content');
  });

  it('takes none of another user', () => {
    expect(kept({ ...linux, userId: (process.getuid?.() ?? 0) + 1 })).toBe('');
  });
});
