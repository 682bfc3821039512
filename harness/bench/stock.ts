/**
 * v86 as it comes from npm, as a machine for our guests: the same kernel boots by its multiboot loader, as in QEMU. One process, one
 * guest (stock-v86.mjs), with the flags that our own command starts Node with.
 */
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { NODE_FLAGS } from '../cli/node-flags.ts';
import type { QemuGuest } from './qemu.ts';

const CHILD = fileURLToPath(new URL('stock-v86.mjs', import.meta.url));
const LONGEST_RUN_MS = 240_000;

/** Boots a guest and runs it to its end. Resolves to what came out of port 0xe9. */
export async function runInStock(guest: Omit<QemuGuest, 'icount' | 'kernelArguments'>): Promise<string> {
  const { stdout } = await execa(process.execPath, [...NODE_FLAGS, CHILD, JSON.stringify(guest)], {
    reject: false,
    stdin: 'ignore',
    timeout: LONGEST_RUN_MS,
  });
  return stdout;
}
