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

/** makes: files of all kinds; looks: at those that a volume has. */
const KINDS = `
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static void put(const char *name, const char *text)
{
    int file = open(name, O_CREAT | O_RDWR, 0644);
    write(file, text, strlen(text));
    close(file);
}

int main(int argc, char **argv)
{
    char text[64] = "";
    struct stat status;

    (void)argc;
    if (argv[1][0] == 'm') {
        put("what? a:b", "strange");
        put("dots...", "dots");
        put("Case", "one");
        put("case", "other");
        put("first", "shared");
        link("first", "second");
        symlink("first", "link");
        put("read only", "kept");
        chmod("read only", 0455);
        mkfifo("fifo", 0640);
        bind(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&(struct sockaddr_un){AF_UNIX, "socket"}, sizeof(struct sockaddr_un));
        int file = open("mapped", O_CREAT | O_RDWR, 0644);
        ftruncate(file, 7);
        strcpy(mmap(NULL, 7, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), "memory");
        shm_open("/left", O_CREAT | O_RDWR, 0600);
        shm_unlink("/left");
        return 0;
    }
    for (int i = 2; i < argc; i++) {
        lstat(argv[i], &status);
        printf("%o ", status.st_mode);
    }
    readlink("link", text, sizeof(text));
    printf("%s %d %d\\n", text, access("what? a:b", F_OK), access("dots...", F_OK));
    return 0;
}
`;

describe('what a volume has no room for', () => {
  const run = async (ramfs: Uint8Array, args: readonly string[]) => {
    const guest = await boot({ program: await compileC('kinds', KINDS), ramfs, args });
    try {
      const { output } = guest.result(await guest.runToEnd());
      return { output, volume: volumeOf(guest) };
    } finally {
      guest.dispose();
    }
  };

  it('goes into it as the layer says', async () => {
    const { volume } = await run(createRamfs({}, { freeBytes: 1 << 20 }), ['make']);
    const files = [...readRamfs(volume)].map(([name, bytes]) => [name, text(bytes)]);
    expect(Object.fromEntries(files)).toEqual({
      // U+F000 and the byte, where FAT forbids a character.
      '/what\uf03f a\uf03ab': 'strange',
      '/dots\uf02e\uf02e\uf02e': 'dots',
      '/Case': 'one',
      '/case': 'other',
      // Two names of one file are two files.
      '/first': 'shared',
      '/second': 'shared',
      '/link': '!<symlink>first\0',
      '/read only': 'kept',
      // A file without content, with the system attribute.
      '/fifo': '',
      // With the hidden attribute, too.
      '/socket': '',
      '/mapped': 'memory\0',
    });
    if (!withoutTools) expect(fsck(volume)).toMatchObject({ status: 0 });
    // The next guest has it back, as far as it is there.
    const { output } = await run(volume, ['look', 'first', 'link', 'Case', 'fifo', 'socket']);
    expect(output).toBe('100644 120777 100644 10644 140644 first 0 0\n');
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
