/**
 * Guests for specs: booted, disposed of when the test ends, and explained when it fails. A failed test prints the end of the
 * guest's output and console and its last kernel calls, and says where its memory was left.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { boot, formatCall, HELLO } from '../../harness/index.ts';
import type { BootOptions, Guest, RunResult } from '../../harness/index.ts';

const LEFT_BEHIND = fileURLToPath(new URL('../../node_modules/.cache/nanvix-v86/failed/', import.meta.url));
const TAIL = 2000;

/** Boots a guest for the current test. */
export async function bootGuest(options: BootOptions): Promise<Guest> {
  const guest = await boot(options);
  accompany(guest);
  return guest;
}

/** Boots a guest for the current test, runs it to its end, and says what it did. */
export async function runGuest(options: BootOptions): Promise<RunResult> {
  const guest = await bootGuest(options);
  return guest.result(await guest.runToEnd());
}

/** Boots CPython's hello, with changes. */
export async function bootHelloGuest(options: Partial<BootOptions> = {}): Promise<Guest> {
  return await bootGuest({ ...HELLO, ...options });
}

/** Explains a guest if the current test fails, and disposes of it when the test is over. */
export function accompany(guest: Guest): Guest {
  onTestFinished(({ task }) => {
    if (task.result?.state === 'fail') {
      process.stderr.write(`\n--- ${task.name} ---\n${describe(guest, leaveMemory(guest, task.name))}\n`);
    }
    guest.dispose();
  });
  return guest;
}

/** Guest RAM of a failed test: all of it, as a debugger or a hex viewer reads it. */
function leaveMemory(guest: Guest, test: string): string {
  mkdirSync(LEFT_BEHIND, { recursive: true });
  const path = `${LEFT_BEHIND}${test.replaceAll(/[^a-z0-9]+/gi, '-').slice(0, 80)}.vmem`;
  writeFileSync(path, guest.machine.memory.read(0, guest.machine.memory.size));
  return path;
}

function describe(guest: Guest, memoryPath: string): string {
  const section = (title: string, text: string): string =>
    text === '' ? '' : `${title}:\n${text.slice(-TAIL)}\n`;
  const { registers } = guest.machine;
  const at = `instruction ${guest.machine.instructions}, eip 0x${registers.get('eip').toString(16)}, ring ${registers.privilege}`;
  return [
    section('output', guest.output),
    section('error output', guest.errorOutput),
    section('kernel console', guest.console),
    section('last kernel calls', guest.calls.recent().map(formatCall).join('\n')),
    `stopped at ${at}; memory left in ${memoryPath}`,
  ].join('');
}
