/** The debug adapter for editors: adapter.ts speaks the protocol, stdio.ts carries it. */
export { NanvixDebugAdapter } from './adapter.ts';
export type { LaunchArguments } from './adapter.ts';
export { serveEditor } from './stdio.ts';
