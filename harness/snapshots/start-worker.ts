/** Starts a worker thread of this project, in a checkout as in an installed package. */
import { Worker } from 'node:worker_threads';

const HERE = import.meta.url;

/** Below node_modules Node runs no TypeScript: there the library's own build of the worker serves. */
const FORK_WORKER = HERE.includes('/node_modules/')
  ? new URL('../dist/library/harness/snapshots/fork-worker.mjs', HERE)
  : new URL('fork-worker.mjs', HERE);

/** Starts the fork worker. `workerData` is handed over as structured clone does it: shared memory stays shared. */
export function startForkWorker(workerData: object): Worker {
  return new Worker(FORK_WORKER, { workerData });
}
