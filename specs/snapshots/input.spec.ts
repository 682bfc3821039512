/** Standard input over snapshots that change hands: what was left unread is read once, by whatever guest goes on. */
import { beforeAll, expect, it } from 'vitest';
import { boot, loadSnapshot, restoreSnapshot, saveSnapshot } from '../../harness/index.ts';
import type { BootOptions, Guest, GuestSnapshot } from '../../harness/index.ts';
import { accompany } from '../support/guests.ts';
import { compileC } from '../support/programs.ts';
import { scratchFolder } from './support/scratch-folder.ts';

/** Reads three bytes at a time and prints each portion. */
const READER = `
#include <unistd.h>
int main(void) {
  char bytes[3];
  for (long got; (got = read(0, bytes, 3)) > 0;) { write(1, bytes, got); write(1, "|", 1); }
  return 0;
}`;

const scratch = scratchFolder();
let options: BootOptions;

beforeAll(async () => {
  options = { program: await compileC('reader', READER), stdin: 'abcdefgh' };
});

/** A guest that has read so many portions. */
async function guestAfter(portions: number, changed: Partial<BootOptions> = {}): Promise<Guest> {
  const guest = accompany(await boot({ ...options, ...changed }));
  while (guest.output.split('|').length <= portions) {
    guest.runToInstruction(guest.machine.instructions + 500);
  }
  return guest;
}

async function throughFile(snapshot: GuestSnapshot): Promise<GuestSnapshot> {
  await saveSnapshot(scratch.path('guest'), snapshot);
  return (await loadSnapshot(scratch.path('guest'))).snapshot;
}

async function outputOf(guest: Guest): Promise<string> {
  await guest.runToEnd();
  return guest.output;
}

it.each([0, 1, 3])('through a file and back to its own guest, after %i portions', async (portions) => {
  const guest = await guestAfter(portions);
  const snapshot = await throughFile(guest.capture());
  expect(await outputOf(guest)).toBe('abc|def|gh|');
  guest.restore(snapshot);
  expect(await outputOf(guest)).toBe('abc|def|gh|');
});

it.each([0, 1, 3])('to a guest that was booted alike, after %i portions', async (portions) => {
  const snapshot = (await guestAfter(portions)).capture();
  const other = accompany(await boot(options));
  other.restore(snapshot);
  expect(await outputOf(other)).toBe('abc|def|gh|');
});

it.each([0, 1, 3])(
  'taken in a guest that came from a snapshot, to the one that was booted, after %i portions',
  async (portions) => {
    const guest = await guestAfter(portions);
    const restored = accompany(await restoreSnapshot(guest.capture()));
    restored.runToInstruction(restored.machine.instructions + 100);
    guest.restore(restored.capture());
    const again = guest.capture();
    expect(await outputOf(guest)).toBe('abc|def|gh|');
    guest.restore(again);
    expect(await outputOf(guest)).toBe('abc|def|gh|');
  },
);

it('from a file, a source that has more to give goes on with that', async () => {
  const pieces = ['abc', 'def', 'gh'].map((piece) => Buffer.from(piece));
  const guest = await guestAfter(2, { stdin: () => pieces.shift() });
  guest.restore(await throughFile(guest.capture()));
  expect(await outputOf(guest)).toBe('abc|def|gh|');
});

it('in a new machine, input of its own comes after what was left', async () => {
  const snapshot = await throughFile((await guestAfter(1)).capture());
  const restored = accompany(await restoreSnapshot(snapshot, { stdin: 'XY' }));
  expect(await outputOf(restored)).toBe('abc|def|gh|XY|');
});

it('a guest that is put back can be given another input, and what was unread comes first', async () => {
  const guest = await guestAfter(1);
  const snapshot = guest.capture();
  const ends: string[] = [];
  for (const stdin of ['XY', 'Z', '', 'long enough']) {
    guest.restore(snapshot, 'continue', { stdin });
    await guest.runToEnd();
    ends.push(guest.output.replaceAll('|', ''));
  }
  expect(ends).toEqual(['abcdefghXY', 'abcdefghZ', 'abcdefgh', 'abcdefghlong enough']);
});
