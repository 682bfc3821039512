/**
 * The worker with the machine, as the page drives it: one request at a time, the latest wish last.
 *
 * What must hold: a wish that comes while another is served waits for it; of several moves that wait, only the last is made.
 */
import type { Asked, CallRow, FromWorker, ToWorker } from '../protocol.ts';
import { placeOfHash } from './link.ts';
import type { Store } from './state.ts';

const SAID_MAXIMUM = 200;

export class MachineLink {
  readonly #worker: Worker;
  readonly #store: Store;
  #rows: CallRow[] = [];
  #next = 0;
  #waiting: Asked | undefined;

  /** @param worker Has not been told anything yet. */
  constructor(worker: Worker, store: Store) {
    this.#worker = worker;
    this.#store = store;
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      this.#hear(data);
    };
    worker.onerror = ({ message }) => {
      store.set({ phase: 'failed', reason: message, isBusy: false });
    };
  }

  open(texts: Readonly<Record<string, string>>): void {
    this.#tell({ kind: 'open', texts });
  }

  ask(asked: Asked): void {
    const { phase, isBusy, memoryAt } = this.#store.state;
    if (phase !== 'ready') return;
    if (isBusy) {
      this.#waiting = asked;
      return;
    }
    this.#store.set({ isBusy: true });
    this.#tell({ kind: 'request', id: this.#next++, asked, memoryAt });
  }

  interrupt(): void {
    this.#waiting = undefined;
    this.#tell({ kind: 'interrupt' });
  }

  #tell(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #hear(data: FromWorker): void {
    const store = this.#store;
    switch (data.kind) {
      case 'progress':
        store.set({ progress: data.of === 0 ? 1 : data.done / data.of });
        return;
      case 'calls':
        this.#rows.push(...data.rows);
        return;
      case 'opened': {
        const rows = this.#rows.sort((a, b) => a.index - b.index);
        this.#rows = [];
        const { title, end, view, output } = data;
        store.set({ phase: 'ready', rows, title, end, view, output, isBusy: false, progress: 1 });
        const place = placeOfHash(location.hash);
        if (place.memoryAt !== undefined) store.set({ memoryAt: place.memoryAt });
        // At the last call, the reader sees what the program did last.
        this.ask({ what: 'go', to: place.at ?? rows.at(-1)?.at ?? view.place });
        return;
      }
      case 'verified':
        store.set({ verified: data });
        return;
      case 'failed':
        store.set({ phase: 'failed', reason: data.reason, isBusy: false });
        return;
      case 'answer': {
        const said = data.said === '' ? [] : [data.said.trimEnd()];
        store.set({
          view: data.view,
          isBusy: false,
          said: [...store.state.said, ...said].slice(-SAID_MAXIMUM),
          ...(data.flames && { flames: data.flames }),
        });
        const next = this.#waiting;
        this.#waiting = undefined;
        if (next !== undefined) this.ask(next);
      }
    }
  }
}
