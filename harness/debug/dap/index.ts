/**
 * The debug adapter for editors: adapter.ts answers the protocol's requests, stdio.ts carries them, launch.ts reads a launch
 * configuration, breakpoints.ts, variables.ts, code.ts and stopped.ts translate one thing each.
 */
export { NanvixDebugAdapter } from './adapter.ts';
export type { LaunchArguments } from './launch.ts';
export { serveEditor } from './stdio.ts';
