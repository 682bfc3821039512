/** What the arguments and results of POSIX calls mean, by name. A call that is not here is shown with its six words. */
import { fileCalls } from './file-calls.ts';
import { processCalls } from './process-calls.ts';
import type { PosixSignatures } from './signature.ts';
import { socketCalls } from './socket-calls.ts';
import { timerCalls } from './timer-calls.ts';

export const posixSignatures: PosixSignatures = {
  ...fileCalls,
  ...processCalls,
  ...socketCalls,
  ...timerCalls,
};
