/**
 * Many runs from one snapshot, on several cores: worker threads that share its memory and all compiled code.
 *
 * What must hold: every run is the one that the snapshot's own guest would have made; a worker serves one run at a time,
 * and runs start in the order in which they were asked for.
 */
import type { Worker } from 'node:worker_threads';
import { shareImage, type SharedImage } from '../../emulator/index.ts';
import { GuestStateError } from '../guest/errors.ts';
import { withInputCarried, type GuestSnapshot } from '../guest/guest.ts';
import type { Deadlines } from '../guest/options.ts';
import type { RunResult } from '../guest/result.ts';
import { startForkWorker } from './start-worker.ts';

/** A snapshot as workers get it. */
export interface SharedSnapshot extends Omit<GuestSnapshot, 'machine'> {
  readonly machine: SharedImage;
}

/** What a worker is asked. */
export interface ForkTask {
  readonly deadlines: Deadlines;
}

/** What it answers. */
export type ForkReply =
  | { readonly kind: 'result'; readonly result: RunResult }
  | { readonly kind: 'error'; readonly message: string };

interface Waiting {
  readonly task: ForkTask;
  readonly resolve: (result: RunResult) => void;
  readonly reject: (error: Error) => void;
}

interface Server {
  readonly worker: Worker;
  serving: Waiting | undefined;
}

export class ForkPool {
  readonly #servers: Server[] = [];
  readonly #waiting: Waiting[] = [];
  #stopped = false;

  private constructor(snapshot: SharedSnapshot, workers: number) {
    for (let index = 0; index < workers; index += 1) {
      const server: Server = {
        worker: startForkWorker(snapshot),
        serving: undefined,
      };
      server.worker.on('message', (reply: ForkReply) => {
        this.#answer(server, reply);
      });
      server.worker.on('error', (error) => {
        this.#fail(error instanceof Error ? error : new Error(String(error)));
      });
      this.#servers.push(server);
    }
  }

  /** Starts workers for runs from `snapshot`. Stop the pool when done: its threads keep the process alive. */
  static async start(snapshot: GuestSnapshot, workers: number): Promise<ForkPool> {
    const { input, ...rest } = withInputCarried(snapshot);
    const pool = new ForkPool({ ...rest, input, machine: shareImage(snapshot.machine) }, workers);
    await Promise.all(
      pool.#servers.map(({ worker }) => new Promise((resolve) => worker.once('online', resolve))),
    );
    return pool;
  }

  /** Runs a guest from the snapshot to its end. */
  run(deadlines: Deadlines = {}): Promise<RunResult> {
    if (this.#stopped) return Promise.reject(new GuestStateError('the pool was stopped: start another'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ task: { deadlines }, resolve, reject });
      this.#serve();
    });
  }

  /** Ends the workers. Runs that have not ended are rejected. */
  async stop(): Promise<void> {
    this.#fail(new GuestStateError('the pool was stopped before this run ended'));
    await Promise.all(this.#servers.map(({ worker }) => worker.terminate()));
  }

  #serve(): void {
    for (const server of this.#servers) {
      if (server.serving !== undefined) continue;
      server.serving = this.#waiting.shift();
      if (server.serving === undefined) return;
      server.worker.postMessage(server.serving.task);
    }
  }

  #answer(server: Server, reply: ForkReply): void {
    const { serving } = server;
    server.serving = undefined;
    if (reply.kind === 'result') serving?.resolve(reply.result);
    else serving?.reject(new GuestStateError(reply.message));
    this.#serve();
  }

  /** A worker that broke takes the pool with it: which state it left cannot be known. */
  #fail(error: Error): void {
    this.#stopped = true;
    const open = [...this.#servers.map(({ serving }) => serving), ...this.#waiting.splice(0)];
    for (const waiting of open) waiting?.reject(error);
    for (const server of this.#servers) server.serving = undefined;
  }
}
