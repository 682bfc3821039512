/** Lets one gdb lead a debugged guest, for the commands that have such an option. */
import type { DebugSession } from '../debug/index.ts';

/**
 * Serves gdb until it leaves. Where it detaches, the guest is run on to its end.
 *
 * @param name What the line that tells the port begins with.
 * @param port Of the loopback interface; 0 takes any that is free.
 */
export async function underGdb(session: DebugSession, port: number, name: string): Promise<void> {
  const [{ DebugTarget, serveGdb }, { inBackground }] = await Promise.all([
    import('../debug/gdb/index.ts'),
    import('../debug/index.ts'),
  ]);
  const target = new DebugTarget(session);
  const server = await serveGdb(target, port);
  process.stderr.write(`${name}: gdb may connect: target remote 127.0.0.1:${server.port}\n`);
  const how = await server.left;
  await server.close();
  target.clear();
  if (how === 'detach' && session.last.kind !== 'exit') await inBackground(session.operations.continue());
}
