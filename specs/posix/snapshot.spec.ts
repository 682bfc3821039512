/** The snapshot call as a C program makes it. */
import { describe, expect, it } from 'vitest';
import { createRamfs } from '../../images/index.ts';
import { bootGuest } from '../support/guests.ts';
import { compileC } from '../support/programs.ts';

const SOURCE = `
#include <errno.h>
#include <nanvix/snapshot.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
    for (int i = 0; i < 2; i++)
        puts(nanvix_take_snapshot() == 0 ? "taken" : strerror(errno));
    return 0;
}
`;

/** What the volume has no room for, before the call; what is left of it behind it. */
const FILES = `
#include <fcntl.h>
#include <nanvix/snapshot.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
    struct stat status;
    char text[16] = "";
    int ends[2], file = open("a:b", O_CREAT | O_RDWR, 0644), memory = memfd_create("memory", 0);

    socketpair(AF_UNIX, SOCK_DGRAM, 0, ends);
    write(ends[0], "message", 7);
    write(memory, "memory", 6);
    ftruncate(file, 4096);
    char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    strcpy(map, "mapped");
    chmod("a:b", 0751);
    chown("a:b", 7, 8);
    link("a:b", "A:B");
    symlink("A:B", "link");
    utimensat(AT_FDCWD, "a:b", (struct timespec[2]){{1, 2}, {3, 4}}, 0);
    nanvix_take_snapshot();
    stat("link", &status);
    printf("%o %d %d %d %d.%d\\n", status.st_mode, status.st_uid, status.st_gid, (int)status.st_nlink,
           (int)status.st_mtim.tv_sec, (int)status.st_mtim.tv_nsec);
    pread(file, text, 6, 0);
    pwrite(file, "M", 1, 0);
    printf("%s %s ", text, map);
    pread(memory, text, 6, 0);
    printf("%s ", text);
    printf("%d\\n", (int)read(ends[1], text, 16));
    return 0;
}
`;

/** A server with a client that it has accepted, and one that waits. */
const SOCKETS = `
#include <nanvix/snapshot.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int made(int (*call)(int, const struct sockaddr *, socklen_t), const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int file = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", name);
    return call(file, (struct sockaddr *)&address, sizeof(address)) == 0 ? file : -1;
}

int main(void)
{
    char text[16] = "";
    int server = made(bind, "server");

    listen(server, 5);
    int first = made(connect, "server"), accepted = accept(server, NULL, NULL), second = made(connect, "server");
    write(first, "before", 6);
    write(second, "waiting", 7);
    nanvix_take_snapshot();
    int third = made(connect, "server");
    write(third, "after", 5);
    for (int i = 0; i < 3; i++) {
        printf("%.*s ", (int)read(accepted, text, sizeof(text)), text);
        if (i < 2)
            accepted = accept(server, NULL, NULL);
    }
    puts("");
    return 0;
}
`;

describe('nanvix_take_snapshot', () => {
  it.each([
    ['', 'Operation not permitted\nOperation not permitted\n'],
    ['snapshot', 'taken\nOperation not permitted\n'],
    ['nosnapshot', 'Function not implemented\nFunction not implemented\n'],
  ])('with the kernel arguments "%s"', async (kernelArguments, output) => {
    const guest = await bootGuest({ program: await compileC('snapshot', SOURCE), kernelArguments });
    expect(guest.result(await guest.runToEnd())).toMatchObject({ output, exitStatus: 0 });
  });

  it('keeps all that the layer holds of files', async () => {
    const guest = await bootGuest({
      program: await compileC('files', FILES),
      kernelArguments: 'snapshot',
      ramfs: createRamfs({}, { freeBytes: 1 << 20 }),
    });
    guest.runToSnapshot();
    const snapshot = guest.capture();
    guest.run();
    const expected = '100751 7 8 2 3.4\nmapped Mapped memory 7\n';
    expect(guest.output).toBe(expected);
    guest.restore(snapshot);
    guest.run();
    expect(guest.output).toBe(expected);
  });

  it('keeps servers, their connections and who waits for one', async () => {
    const guest = await bootGuest({
      program: await compileC('sockets', SOCKETS),
      kernelArguments: 'snapshot',
      ramfs: createRamfs({}, { freeBytes: 1 << 20 }),
    });
    guest.runToSnapshot();
    const snapshot = guest.capture();
    guest.run();
    guest.restore(snapshot);
    guest.run();
    expect(guest.output).toBe('before waiting after \n');
  });

  it('goes on after a restore as after the call', async () => {
    const guest = await bootGuest({
      program: await compileC('snapshot', SOURCE),
      kernelArguments: 'snapshot',
    });
    guest.runToSnapshot();
    const snapshot = guest.capture();
    guest.run();
    const first = guest.output;
    guest.restore(snapshot);
    guest.run();
    expect(guest.output).toBe(first);
    expect(first).toBe('taken\nOperation not permitted\n');
  });
});
