/**
 * Bundles as a standalone machine boots them, with stand-ins for Nanvix's daemons: procd waits for the end of process 4 and ends the
 * machine with its status; memd and vfsd answer each message of another process with the same bytes.
 */
import { readFile } from 'node:fs/promises';
import { createBundle } from '../../images/bundle/index.ts';
import { compileC } from './programs.ts';

const PROCD = `
#include <nanvix/kcalls.h>
#include <string.h>
int main(void) {
  struct nanvix_message message;
  for (;;) {
    int words[2];
    if (nanvix_recv(&message) != 0 || message.type != NANVIX_MESSAGE_PROCESS_TERMINATION) continue;
    memcpy(words, message.payload, sizeof words);
    if (words[0] == 4 && message.source_pid == 4) return words[1];
  }
}`;

const ECHO = `
#include <nanvix/kcalls.h>
int main(void) {
  struct nanvix_message message;
  for (;;) {
    if (nanvix_recv(&message) != 0 || message.type != NANVIX_MESSAGE_IPC) continue;
    message.destination_pid = message.source_pid;
    message.destination_tid = message.source_tid;
    nanvix_send(&message);
  }
}`;

/** A program of Era M, as a file. */
export const programM = async (name: string, source: string): Promise<string> =>
  await compileC(name, source, [], 'M');

/** Paths of the three daemons. */
export async function daemons(): Promise<{ procd: string; memd: string; vfsd: string }> {
  const [procd, memd, vfsd] = await Promise.all([
    programM('procd', PROCD),
    programM('memd', ECHO),
    programM('vfsd', ECHO),
  ]);
  return { procd, memd, vfsd };
}

/** A bundle of programs, by path and command line. */
export async function bundleOf(
  ...parts: readonly (readonly [path: string, commandLine: string])[]
): Promise<Uint8Array> {
  const programs = await Promise.all(
    parts.map(async ([path, commandLine]) => ({ bytes: await readFile(path), commandLine })),
  );
  return createBundle({ programs, kernelArguments: '' });
}

/** A bundle of the daemons and a program, which is process 4. */
export async function withDaemons(path: string, commandLine: string): Promise<Uint8Array> {
  const { procd, memd, vfsd } = await daemons();
  return await bundleOf([procd, 'procd'], [memd, 'memd'], [vfsd, 'vfsd'], [path, commandLine]);
}
