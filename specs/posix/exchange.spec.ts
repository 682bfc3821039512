/** Files go in with the ramfs and come out of the guest's memory. */
import { describe, expect, it } from 'vitest';
import { boot } from '../../harness/index.ts';
import { createRamfs, readRamfs } from '../../images/index.ts';
import { compileC } from '../support/programs.ts';
import { fsck, volumeOf, withoutTools } from './volume.ts';

const SOURCE = `
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* copy FROM TO, make FILE BYTES, keep FILE (leaves it open and unlinked) */
int main(int argc, char **argv)
{
    FILE *from, *to;
    int byte;

    switch (argv[1][0]) {
    case 'c':
        from = fopen(argv[2], "r");
        to = fopen(argv[3], "w");
        if (from == NULL || to == NULL) {
            perror("copy");
            return 1;
        }
        while ((byte = getc(from)) != EOF)
            putc(byte, to);
        return 0;
    case 'm':
        mkdir("/made", 0755);
        to = fopen(argv[2], "w");
        for (int i = 0; i < atoi(argv[3]); i++)
            putc('a' + i % 26, to);
        fclose(to);
        return 0;
    default:
        to = fopen(argv[2], "w");
        for (int i = 0; i < 100000; i++)
            putc('k', to);
        fflush(to);
        unlink(argv[2]);
        _exit(0);
    }
}
`;

async function exchange(files: Record<string, string | Uint8Array>, args: readonly string[]) {
  const guest = await boot({ program: await compileC('exchange', SOURCE), ramfs: createRamfs(files), args });
  try {
    const result = guest.result(await guest.runToEnd());
    return { ...result, volume: volumeOf(guest) };
  } finally {
    guest.dispose();
  }
}

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

describe('a file', () => {
  it('of the host is read by the guest, and its copy by the host', async () => {
    const content = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 7) & 255);
    const { volume } = await exchange({ '/in/data.bin': content }, [
      'copy',
      '/in/data.bin',
      '/in/Copy.of.data.BIN',
    ]);
    expect(readRamfs(volume).get('/in/Copy.of.data.BIN')).toEqual(content);
  });

  it('made by the guest is in its memory when it has ended, without a sync', async () => {
    const { volume } = await exchange({}, ['make', '/made/alphabet.txt', '1000']);
    expect(text(readRamfs(volume).get('/made/alphabet.txt'))).toHaveLength(1000);
  });

  it.skipIf(withoutTools)('that was open without a name when the program ended takes no space', async () => {
    const { volume } = await exchange({}, ['keep', '/ghost']);
    expect(fsck(volume)).toMatchObject({ status: 0 });
    expect([...readRamfs(volume).keys()]).toEqual([]);
  });
});

describe('a guest without a ramfs', () => {
  it('finds no file', async () => {
    const guest = await boot({ program: await compileC('exchange', SOURCE), args: ['copy', '/a', '/b'] });
    const result = guest.result(await guest.runToEnd());
    guest.dispose();
    expect(result.errorOutput).toBe('copy: No such file or directory\n');
    expect(result.exitStatus).toBe(1);
  });
});
