/**
 * Many runs from one snapshot, on several cores: worker threads that share its memory and all compiled code.
 *
 * What must hold: every run is the one that the snapshot's own guest would have made with that input; a worker serves one run
 * at a time, and runs start in the order in which they were asked for; every run that was asked for is answered, whatever
 * becomes of its worker.
 */
import type { Worker } from 'node:worker_threads';
import { shareImage, type SharedImage } from '../../emulator/index.ts';
import { checkDeadlines, checkNumber } from '../guest/check-number.ts';
import { ForkWorkerError, GuestStateError, InputError } from '../guest/errors.ts';
import { withInputCarried } from '../guest/guest-snapshot.ts';
import type { ClockRule, GuestSnapshot } from '../guest/guest-snapshot.ts';
import type { Deadlines } from '../guest/options.ts';
import type { RunResult } from '../guest/result.ts';
import { startForkWorker } from './start-worker.ts';

/** More threads than any machine has cores; each takes the memory of a guest. */
const MOST_WORKERS = 1024;

/** A snapshot as workers get it. */
export interface SharedSnapshot extends Omit<GuestSnapshot, 'machine'> {
  readonly machine: SharedImage;
}

/** What one run of a pool is given. */
export interface ForkRunOptions {
  /** Standard input, after what the guest of the snapshot had not read; its end when not given. */
  readonly stdin?: string | Uint8Array;
  readonly deadlines?: Deadlines;
  /** What becomes of the guest's clock; it goes on from the snapshot's time by default. */
  readonly clock?: ClockRule;
}

/** What a worker says: once that it can be asked, then an answer for each run. */
export type ForkReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'result'; readonly result: RunResult }
  | { readonly kind: 'error'; readonly message: string; readonly isInput: boolean };

interface Waiting {
  readonly options: ForkRunOptions;
  readonly resolve: (result: RunResult) => void;
  readonly reject: (error: Error) => void;
}

/** A worker that is alive. */
interface Server {
  readonly worker: Worker;
  /** Told once: that it can be asked, or why it never could. */
  readonly started: (problem?: ForkWorkerError) => void;
  serving: Waiting | undefined;
}

export class ForkPool {
  readonly #servers = new Set<Server>();
  readonly #waiting: Waiting[] = [];
  /** Why no run can be asked for any more. */
  #closed: (() => Error) | undefined;

  private constructor() {
    // only start() makes pools
  }

  /**
   * Starts workers for runs from `snapshot`. Stop the pool when done: its threads keep the process alive.
   *
   * @param workers How many runs go on at once, 1 to 1024.
   * @throws InputError for a number of workers that is none. ForkWorkerError when a worker ends before it can be asked.
   */
  static async start(snapshot: GuestSnapshot, workers: number): Promise<ForkPool> {
    checkNumber('the number of workers', workers, { least: 1, most: MOST_WORKERS });
    const { input, ...rest } = withInputCarried(snapshot);
    const shared: SharedSnapshot = { ...rest, input, machine: shareImage(snapshot.machine) };
    const pool = new ForkPool();
    try {
      await Promise.all(Array.from({ length: workers }, () => pool.#startWorker(shared)));
    } catch (error) {
      await pool.stop();
      throw error;
    }
    return pool;
  }

  /**
   * Runs a guest from the snapshot to its end.
   *
   * @throws ForkWorkerError when the worker of this run ended before the run did. The others go on with what waits.
   */
  async run(options: ForkRunOptions = {}): Promise<RunResult> {
    const { stdin, deadlines } = options;
    checkDeadlines(deadlines ?? {});
    if (stdin !== undefined && typeof stdin !== 'string' && !(stdin instanceof Uint8Array))
      throw new InputError('the stdin of a run in a pool is text or bytes: read the source before');
    if (this.#closed !== undefined) throw this.#closed();
    return await new Promise((resolve, reject) => {
      this.#waiting.push({ options, resolve, reject });
      this.#serve();
    });
  }

  /** Ends the workers. Runs that have not ended are rejected. */
  async stop(): Promise<void> {
    this.#closed = () => new GuestStateError('the pool was stopped: start another');
    const error = new GuestStateError('the pool was stopped before this run ended');
    const servers = [...this.#servers];
    this.#servers.clear();
    for (const waiting of [...servers.map(({ serving }) => serving), ...this.#waiting.splice(0)])
      waiting?.reject(error);
    await Promise.all(servers.map(({ worker }) => worker.terminate()));
  }

  #startWorker(snapshot: SharedSnapshot): Promise<void> {
    return new Promise((resolve, reject) => {
      const started = (problem?: ForkWorkerError): void => {
        if (problem === undefined) resolve();
        else reject(problem);
      };
      const server: Server = { worker: startForkWorker(snapshot), started, serving: undefined };
      this.#servers.add(server);
      const ended = (why: string, cause?: unknown): void => {
        this.#lose(server, why, cause);
      };
      server.worker
        .on('message', (reply: ForkReply) => {
          this.#answer(server, reply);
        })
        .on('messageerror', (error) => {
          ended(`gave an answer that cannot be read (${error.message})`, error);
        })
        .on('error', (error: unknown) => {
          ended(`failed (${error instanceof Error ? error.message : String(error)})`, error);
        })
        .on('exit', (code) => {
          ended(`ended with exit code ${code}`);
        });
    });
  }

  #serve(): void {
    for (const server of this.#servers) {
      if (server.serving !== undefined) continue;
      const next = this.#waiting.shift();
      if (next === undefined) return;
      server.serving = next;
      server.worker.postMessage(next.options);
    }
  }

  #answer(server: Server, reply: ForkReply): void {
    if (reply.kind === 'ready') {
      server.started();
      return;
    }
    const { serving } = server;
    server.serving = undefined;
    if (reply.kind === 'result') serving?.resolve(reply.result);
    else serving?.reject(reply.isInput ? new InputError(reply.message) : new GuestStateError(reply.message));
    this.#serve();
  }

  /** A worker is no more: its run is told so, and the others go on. When it was the last one, so are all that wait. */
  #lose(server: Server, why: string, cause: unknown): void {
    if (!this.#servers.delete(server)) return;
    // one that failed to be understood is alive still
    void server.worker.terminate();
    server.started(new ForkWorkerError(`a worker of the pool ${why} before it could be asked`, { cause }));
    server.serving?.reject(new ForkWorkerError(`the worker of this run ${why}: the run is lost`, { cause }));
    if (this.#servers.size > 0) return;
    this.#closed ??= () =>
      new ForkWorkerError(`no worker is left, the last one ${why}: start another pool`, { cause });
    for (const waiting of this.#waiting.splice(0)) waiting.reject(this.#closed());
  }
}
