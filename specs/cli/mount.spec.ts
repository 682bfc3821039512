/** A folder of the host reaches a guest of Era M by `--mount`, and by nanvixd's `-mount`, as far as that folder goes. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { boot } from '../../harness/index.ts';
import { ensureWanted } from '../../images/index.ts';
import { nanvix } from '../support/command.ts';
import { compileC } from '../support/programs.ts';

/** Opens the file that is named and prints the first bytes of it, or the error, as vfsd would ask for them. */
const SOURCE = `
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint8_t message[64];

static int32_t call(uint32_t number)
{
    uint32_t result = number;
    __asm__ volatile("int $0x81" : "+a"(result) : "b"(message) : "ecx", "edx", "memory");
    return (int32_t)result;
}

static int32_t ask(uint16_t kind, const void *data, unsigned length)
{
    memset(message, 0, sizeof(message));
    message[0] = 5;
    memcpy(message + 21, &kind, 2);
    message[23] = 7;
    memcpy(message + 27, data, length);
    int32_t result = -1000;
    if (call(8) == 0 && call(9) == 0)
        memcpy(&result, message + 27, 4);
    return result;
}

int main(int argc, char **argv)
{
    uint8_t open[37] = {0}, read[16] = {0};
    const uint16_t length = (uint16_t)strlen(argv[argc - 1]);
    const uint32_t count = 33;
    memcpy(open + 8, &length, 2);
    memcpy(open + 10, argv[argc - 1], length);
    int32_t result = ask(98, open, 10u + length);
    if (result > 0) {
        memcpy(read, &result, 4);
        memcpy(read + 4, &count, 4);
        result = ask(102, read, sizeof(read));
    }
    if (result >= 0)
        printf("%.*s\\n", (int)result, message + 31);
    else
        printf("%d\\n", (int)result);
    return 0;
}
`;

let program = '';
let folder = '';
let mounted = '';
beforeAll(async () => {
  program = await compileC('asks', SOURCE, [], 'M');
  folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-mount-'));
  mounted = join(folder, 'mounted');
  mkdirSync(mounted);
  writeFileSync(join(mounted, 'note'), 'from the host');
  writeFileSync(join(folder, 'secret'), 'secret');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

it.each([
  ['/note', 'from the host\n'],
  ['/../secret', '-13\n'],
])('run --mount: %s gives %j', async (path, stdout) => {
  expect(await nanvix(['run', '--mount', mounted, '--', program, path])).toMatchObject({ stdout, status: 0 });
});

it('without a mount every request gets its error', async () => {
  expect(await nanvix(['run', '--', program, '/note'])).toMatchObject({ stdout: '-5\n', status: 0 });
});

it('a folder that is not there is a mistake of the user', async () => {
  const result = await nanvix(['run', '--mount', '/no/folder', '--', program, '/note']);
  expect(result).toMatchObject({ stdout: '', status: 2 });
  expect(result.stderr).toMatch(/the folder \/no\/folder cannot be mounted \(ENOENT\)/u);
});

it('nanvixd-v86 -mount does the same', async () => {
  const { kernel } = await ensureWanted({ kernel: 256, python: false, era: 'M' });
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  copyFileSync(kernel[256]?.path ?? '', join(bin, 'kernel.elf'));
  const command = fileURLToPath(new URL('../../harness/cli/nanvixd-v86.cjs', import.meta.url));
  const words = ['-bin-dir', bin, '-mount', mounted, '-log-dir', folder, '--', program, '/note'];
  expect(await execa(command, words, { input: '' })).toMatchObject({ stdout: 'from the host', exitCode: 0 });
});

it('what is in the folder is read as it is when the guest asks, after a restore too', async () => {
  const guest = await boot({ program, args: ['/note'], mount: mounted });
  guest.runToKernelCall('send');
  const snapshot = guest.capture();
  guest.run();
  writeFileSync(join(mounted, 'note'), 'changed');
  guest.restore(snapshot);
  guest.run();
  expect(guest.output).toBe('changed\n');
  guest.dispose();
});
