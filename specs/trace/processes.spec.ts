/** A trace of several processes tells them apart, names each program's addresses, and has the kernel's console where it was written. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guestSymbols, Tracer } from '../../harness/index.ts';
import type { CallRecord } from '../../harness/index.ts';
import { nanvix } from '../support/command.ts';
import { bundleOf, programM, withDaemons } from '../support/daemons.ts';
import { bootGuest } from '../support/guests.ts';

/** Sends a message to memd from a function of its own, and says something by the kernel's console. */
const APP = `
#include <nanvix/kcalls.h>
#include <stdio.h>
__attribute__((noinline)) static int ask(void) {
  struct nanvix_message message = {.type = NANVIX_MESSAGE_IPC, .destination_pid = 2};
  return nanvix_send(&message) != 0 || nanvix_recv(&message) != 0;
}
int main(void) {
  nanvix_debug("between\\n", 8);
  int failed = ask();
  puts("told");
  return failed;
}`;

let bundle: Uint8Array = new Uint8Array(0);
beforeAll(async () => {
  bundle = await withDaemons(await programM('app', APP), 'app');
});

async function traced(program: Uint8Array, levels: readonly ('kernel' | 'posix')[] = ['kernel']) {
  const guest = await bootGuest({ program, memoryMiB: 128 });
  const tracer = new Tracer(guest, { levels, symbols: guestSymbols(guest) });
  await guest.runToEnd();
  tracer.detach();
  return { guest, calls: tracer.records };
}

const named = (calls: readonly CallRecord[], name: string): readonly CallRecord[] =>
  calls.filter((call) => call.name === name);

describe('a bundle of four', () => {
  it('has each call under its process and program', async () => {
    const { calls } = await traced(bundle);
    // Who a first thread is, the kernel tells at its first gettid.
    const told = calls.filter(({ thread }) => thread !== 0);
    const seen = new Set(told.map(({ process, program, thread }) => `${process} ${program} ${thread}`));
    expect([...seen].sort()).toEqual(['1 procd 1', '2 memd 2', '3 vfsd 3', '4 app 4']);
  });

  it('loses and mixes up no call, though all programs wait at the same addresses', async () => {
    const { calls } = await traced(bundle);
    expect(calls.filter(({ completion }) => completion === 'abandoned')).toEqual([]);
    const messages = named(calls, 'send').filter(({ arguments: [message] }) => message?.text.includes('ipc'));
    expect(messages.map(({ process }) => process)).toEqual([4, 2]);
  });

  it('has the names of the right program', async () => {
    const { calls } = await traced(bundle);
    expect(named(calls, 'send')[0]?.caller).toMatch(/^(ask|main)/);
    expect(named(calls, 'recv').find(({ process }) => process === 1)?.caller).toMatch(/^main/);
  });

  it('has the POSIX calls of each program', async () => {
    const { calls } = await traced(bundle, ['posix']);
    const writes = calls.filter(({ name }) => name === 'writev' || name === 'write');
    expect(writes.map(({ process, program }) => [process, program])).toEqual([[4, 'app']]);
  });

  it('does the same to the instruction when it is traced', async () => {
    const plain = await bootGuest({ program: bundle, memoryMiB: 128 });
    await plain.runToEnd();
    const { guest } = await traced(bundle, ['kernel', 'posix']);
    expect(guest.machine.instructions).toBe(plain.machine.instructions);
  });
});

it('processes of one program are told apart by what getpid answers', async () => {
  const twin = await programM(
    'twin',
    '#include <unistd.h>\nint main(void) { if (getpid() == 1) usleep(3000); return 0; }',
  );
  const { calls } = await traced(await bundleOf([twin, 'a'], [twin, 'b']));
  const exits = named(calls, 'exit');
  expect(exits.map(({ process }) => process)).toEqual([2, 1]);
  expect(calls[0]).toMatchObject({ name: 'getpid', process: 1 });
});

it('a guest with one process has no process on its lines', async () => {
  const { calls } = await traced(
    await bundleOf([await programM('alone', 'int main(void) { return 0; }'), 'alone']),
  );
  expect(calls.every(({ process }) => process === undefined)).toBe(true);
});

describe('the command', () => {
  let folder = '';
  let image = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-processes-'));
    image = join(folder, 'all.img');
    writeFileSync(image, bundle);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('prints process and thread on each line, and the console where it was written', async () => {
    const { stderr } = await nanvix(['trace', '--memory', '128', image]);
    const lines = stderr.split('\n');
    expect(lines.some((line) => /^\d+\.\d{9} \[4:4\] debug\(/.test(line))).toBe(true);
    const at = lines.findIndex((line) => line.endsWith(' console: between'));
    expect(at).toBeGreaterThan(0);
    const own = lines.slice(0, at).filter((line) => line.includes('[4:4]'));
    expect(own.at(-1)).toMatch(/debug\(/);
    expect(lines.slice(at).some((line) => /\[4:4\] .*send\(/.test(line))).toBe(true);
  });

  it('--json has the console as lines of their own', async () => {
    const { stdout } = await nanvix(['trace', '--memory', '128', '--json', image]);
    const records = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; text?: string; process?: number });
    expect(records.filter(({ type }) => type === 'log').map(({ text }) => text)).toEqual(['between\n']);
    expect(records.some(({ process }) => process === 4)).toBe(true);
  });
});
