/** A guest that is run through its past again finds its host files answered as the first time, and writes nothing twice. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { debug } from '../../harness/index.ts';
import { compileC } from '../support/programs.ts';

/** Appends a line to `/log` of the host, as vfsd would ask for it, then prints the first bytes of `/note`. */
const SOURCE = `
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint8_t message[64];

static int32_t ask(uint16_t kind, const void *data, unsigned length)
{
    uint32_t send = 8, receive = 9;
    int32_t result;

    memset(message, 0, sizeof(message));
    message[0] = 5;
    memcpy(message + 21, &kind, 2);
    memcpy(message + 27, data, length);
    __asm__ volatile("int $0x81" : "+a"(send) : "b"(message) : "ecx", "edx", "memory");
    __asm__ volatile("int $0x81" : "+a"(receive) : "b"(message) : "ecx", "edx", "memory");
    memcpy(&result, message + 27, 4);
    return result;
}

int main(void)
{
    /* flags 0x209: write only, append, create; then the path */
    const uint8_t log[14] = {0x09, 0x02, 0, 0, 0xa4, 1, 0, 0, 4, 0, '/', 'l', 'o', 'g'};
    const uint8_t note[15] = {0, 0, 0, 0, 0, 0, 0, 0, 5, 0, '/', 'n', 'o', 't', 'e'};
    uint8_t line[23] = {0}, read[16] = {0};
    int32_t file = ask(98, log, sizeof(log));

    memcpy(line, &file, 4);
    line[4] = line[16] = 5;
    memcpy(line + 18, "line\\n", 5);
    ask(104, line, sizeof(line));
    file = ask(98, note, sizeof(note));
    memcpy(read, &file, 4);
    read[4] = 9;
    printf("%.*s\\n", (int)ask(102, read, sizeof(read)), message + 31);
    return 0;
}
`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-debug-mount-'));
  writeFileSync(join(folder, 'note'), 'first');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

it('a line that is appended is there once, however often the guest goes back before it', async () => {
  const session = await debug({ program: await compileC('appends', SOURCE, [], 'M'), mount: folder });
  expect(session.continue().kind).toBe('exit');
  const end = session.position;
  expect(session.guest.output).toBe('first\n');
  writeFileSync(join(folder, 'note'), 'other');
  for (const to of [0, 1000, end - 100]) {
    session.goTo(to);
    expect(session.continue().kind).toBe('exit');
    expect([session.position, session.guest.output]).toEqual([end, 'first\n']);
  }
  expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('line\n');
  session.dispose();
});
