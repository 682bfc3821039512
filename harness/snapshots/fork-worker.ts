/** What runs in each worker thread of a {@link ForkPool}: one guest, put back to the shared snapshot for every run. */
import { parentPort, workerData } from 'node:worker_threads';
import { adoptImage } from '../../emulator/index.ts';
import type { Guest } from '../guest/guest.ts';
import { restoreSnapshot } from '../guest/restore.ts';
import type { ForkReply, ForkTask, SharedSnapshot } from './fork-pool.ts';

const { machine, ...rest } = workerData as SharedSnapshot;
const snapshot = { ...rest, machine: adoptImage(machine) };
let guest: Guest | undefined;

parentPort?.on('message', (task: ForkTask) => {
  void serve(task).then((reply) => {
    parentPort?.postMessage(reply);
  });
});

async function serve({ deadlines }: ForkTask): Promise<ForkReply> {
  try {
    guest ??= await restoreSnapshot(snapshot);
    guest.restore(snapshot, 'continue', { compiled: 'keep' });
    return { kind: 'result', result: guest.result(await guest.runToEnd(deadlines)) };
  } catch (error) {
    return { kind: 'error', message: error instanceof Error ? error.message : String(error) };
  }
}
