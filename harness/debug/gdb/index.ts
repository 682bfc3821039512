/**
 * The remote stub for gdb: `await serveGdb(new DebugTarget(session), 1234)`.
 *
 * transport.ts (TCP) hands bytes to connection.ts (one gdb), that takes them apart with framing.ts and gives packets to
 * commands.ts, which asks the target (target.ts, debug-target.ts). registers.ts and target-description.ts know gdb's registers.
 */
export { Connection } from './connection.ts';
export { DebugTarget } from './debug-target.ts';
export type { DebugTargetOptions } from './debug-target.ts';
export type { GdbTarget, TargetStop } from './target.ts';
export { serveGdb } from './transport.ts';
export type { GdbServer } from './transport.ts';
