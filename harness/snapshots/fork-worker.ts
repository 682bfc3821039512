/** What runs in each worker thread of a {@link ForkPool}: one guest, put back to the shared snapshot for every run. */
import { parentPort, workerData } from 'node:worker_threads';
import { adoptImage } from '../../emulator/index.ts';
import { InputError } from '../guest/errors.ts';
import type { Guest } from '../guest/guest.ts';
import { restoreSnapshot } from '../guest/restore.ts';
import type { ForkReply, ForkRunOptions, SharedSnapshot } from './fork-pool.ts';

const { machine, ...rest } = workerData as SharedSnapshot;
const snapshot = { ...rest, machine: adoptImage(machine) };
let guest: Guest | undefined;

parentPort?.on('message', (task: ForkRunOptions) => {
  void serve(task).then((reply) => {
    parentPort?.postMessage(reply);
  });
});
parentPort?.postMessage({ kind: 'ready' } satisfies ForkReply);

async function serve({ stdin = '', deadlines, clock = 'continue' }: ForkRunOptions): Promise<ForkReply> {
  try {
    guest ??= await restoreSnapshot(snapshot);
    // Each run has an input of its own: nothing of the last one's is left.
    guest.restore(snapshot, clock, { compiled: 'keep', stdin });
    return { kind: 'result', result: guest.result(await guest.runToEnd(deadlines)) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'error', message, isInput: error instanceof InputError };
  }
}
