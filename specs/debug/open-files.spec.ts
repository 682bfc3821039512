import { expect, it, onTestFinished } from 'vitest';
import { createRamfs } from '../../images/ramfs/index.ts';
import { debug } from '../../harness/debug/index.ts';
import type { DebugSession } from '../../harness/debug/index.ts';
import { formatOpenFile, openFiles } from '../../harness/debug/inspect/open-files.ts';
import { compileC } from '../support/programs.ts';

const FOLDER = 'a folder with a name that takes several slots of its directory';
/** More names than fit into a cluster of the volume, so that a directory is a chain. */
const MANY = 60;

const SOURCE = `
#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

__attribute__((noinline)) void opened(void) { __asm__ volatile(""); }

int main(void)
{
    char bytes[8];
    int deep = open("/${FOLDER}/number 47 of the files.text", O_RDONLY);
    read(deep, bytes, 5);
    int made = open("/made.txt", O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    write(made, "abc", 3);
    dup2(made, 77);
    int removed = open("/removed", O_RDWR | O_CREAT, 0644);
    unlink("/removed");
    opendir("/");
    int ends[2];
    pipe(ends);
    open("/dev/null", O_WRONLY);
    socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    close(0);
    opened();
    return 0;
}
`;

async function session(ramfs: Uint8Array): Promise<DebugSession> {
  const program = await compileC('open-files', SOURCE);
  const started = await debug({ program, memoryMiB: 128, ramfs });
  onTestFinished(() => {
    started.dispose();
  });
  return started;
}

const volume = (freeBytes?: number): Uint8Array => {
  const files = new Map<string, Uint8Array>();
  for (let i = 0; i < MANY; i++)
    files.set(`/${FOLDER}/number ${i} of the files.text`, Buffer.from('12345678'));
  return createRamfs(files, freeBytes === undefined ? {} : { freeBytes });
};

it.each([
  ['FAT12', undefined],
  ['FAT16', 8 << 20],
])('open files are shown with path, offset and flags, on %s', async (_type, freeBytes) => {
  const started = await session(volume(freeBytes));
  started.stops.add({ kind: 'breakpoint', at: 'opened' });
  expect(started.continue().kind).toBe('breakpoint');
  expect(openFiles(started.machine, started.symbols)?.map(formatOpenFile)).toEqual([
    '1  stdout  O_WRONLY',
    '2  stderr  O_WRONLY',
    `3  /${FOLDER}/number 47 of the files.text  offset 5 of 8  O_RDONLY|O_LARGEFILE`,
    '4  /made.txt  offset 3 of 3  O_RDWR|O_APPEND|O_LARGEFILE|O_CLOEXEC',
    '5  (removed)  offset 0 of 0  O_RDWR|O_LARGEFILE',
    '6  /  directory, position 0  O_RDONLY|O_LARGEFILE|O_DIRECTORY|O_CLOEXEC',
    '7  pipe, to read  O_RDONLY',
    '8  pipe, to write  O_WRONLY',
    '9  /dev/null  O_WRONLY|O_LARGEFILE',
    '10  socket  O_RDWR',
    '11  socket  O_RDWR',
    '77  /made.txt  offset 3 of 3  O_RDWR|O_APPEND|O_LARGEFILE',
  ]);
});

it('before the program is loaded no file is known to be open', async () => {
  const started = await session(volume());
  expect(openFiles(started.machine, started.symbols)).toBeUndefined();
});
