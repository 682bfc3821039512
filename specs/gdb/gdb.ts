/** Debian's own gdb against a debugged guest of this process. */
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import type { DebugSession } from '../../harness/index.ts';
import { DebugTarget, serveGdb } from '../../harness/index.ts';
import { lacks } from '../support/tools.ts';

export const hasGdb = !lacks('gdb');

/**
 * What gdb prints when it runs these commands.
 *
 * @param symbols The file that gdb takes names and lines from.
 */
export async function gdb(session: DebugSession, symbols: string, ...commands: string[]): Promise<string> {
  const server = await serveGdb(new DebugTarget(session));
  onTestFinished(() => server.close());
  const lines = ['set width 0', `target remote 127.0.0.1:${server.port}`, ...commands];
  const { all } = await execa(
    'gdb',
    ['-nx', '-q', '-batch', symbols, ...lines.flatMap((one) => ['-ex', one])],
    {
      all: true,
      reject: false,
      timeout: 170_000,
    },
  );
  return all;
}
