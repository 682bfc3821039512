/**
 * The thread of a page in which the machine runs: opens the recording, runs it once to its end, then answers requests, one after
 * another. Everything it says is in protocol.ts.
 */
import { provideV86Wasm } from '../../../emulator/v86/wasm-file.browser.ts';
import type { DebugSession } from '../../debug/session.ts';
import type { FromWorker, Opening, Request, ToWorker } from '../protocol.ts';
import { answer } from './answer.ts';
import { fingerprintOf, runFirst } from './first-run.ts';
import { startSession } from './start.ts';
import { unpackContents } from './unpack.ts';
import { viewOf } from './view.ts';

/** As much of a worker's global scope as is used. */
interface WorkerScope {
  onmessage: ((event: { readonly data: ToWorker }) => void) | null;
  postMessage(message: FromWorker): void;
}

const scope = globalThis as unknown as WorkerScope;
const tell = (message: FromWorker): void => {
  scope.postMessage(message);
};

const MEMORY_AT_FIRST = '$esp';

let session: DebugSession | undefined;
/** The last request that was taken up: each waits for the one before. */
let busy: Promise<void> = Promise.resolve();
let interruption = new AbortController();

async function open({ texts }: Opening): Promise<void> {
  const { run, v86 } = await unpackContents(texts);
  const { title, end } = run.recording;
  provideV86Wasm(v86);
  const opened = await startSession(run);
  await runFirst(opened, end, {
    progress: (done) => {
      tell({ kind: 'progress', done, of: end.instructions });
    },
    calls: (rows) => {
      tell({ kind: 'calls', rows });
    },
  });
  session = opened;
  const { streams, console } = opened.guest.monitor;
  tell({
    kind: 'opened',
    title,
    end: end.text,
    view: viewOf(opened, MEMORY_AT_FIRST),
    output: { stdout: streams.stdout.bytes, stderr: streams.stderr.bytes, console: console.log.bytes },
  });
  const fingerprint = fingerprintOf(opened);
  const isEnd = opened.position === end.instructions;
  tell({
    kind: 'verified',
    fingerprint: fingerprint ?? '',
    ...(end.fingerprint === undefined && isEnd ? {} : { same: isEnd && fingerprint === end.fingerprint }),
  });
}

async function serve({ id, asked, memoryAt }: Request): Promise<void> {
  if (session === undefined) return;
  interruption = new AbortController();
  const done = await answer(session, asked, interruption.signal);
  tell({ kind: 'answer', id, view: viewOf(session, memoryAt), ...done });
}

scope.onmessage = ({ data }) => {
  if (data.kind === 'interrupt') {
    interruption.abort();
    return;
  }
  busy = busy
    .then(() => (data.kind === 'open' ? open(data) : serve(data)))
    .catch((error: unknown) => {
      tell({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
    });
};
