/**
 * The debugger: `const session = await debug({ program: 'python' })`.
 *
 * Read session.ts first (what can be done), debug-stop.ts (why a guest stands), stop-points.ts (what it can be told to stop
 * at). Underneath: timeline.ts (travel in time), seeker.ts (searches), history.ts and checkpoints.ts. commands/ turns lines
 * of text into all this; harness/debug/gdb and harness/debug/dap speak to other people's debuggers.
 */
export { injectFault } from './call-rules.ts';
export type { CallRule, RuleOptions } from './call-rules.ts';
export type { CallResult } from './call-result.ts';
export type { DebugStop, DebugStopKind } from './debug-stop.ts';
export type { FaultFrame } from './fault-gates.ts';
export type { RecordedCall } from './history.ts';
export type { OpenFile } from './inspect/open-files.ts';
export type { GuestThread } from './inspect/threads.ts';
export { complete, inBackground } from './operation.ts';
export type { Operation } from './operation.ts';
export type { ExecutedInstruction } from './operations.ts';
export type { OutputListener, OutputName } from './output-gate.ts';
export { debug, debugSnapshot } from './open.ts';
export type { DebugOptions, DebugSnapshotOptions } from './open.ts';
export { DebugSession } from './session.ts';
export type { Location, StopPoint, StopPoints, StopSpec } from './stop-points.ts';
export { CommandInterpreter, debugCommands, helpText } from './commands/interpreter.ts';
