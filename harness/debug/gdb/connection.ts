/**
 * One gdb at the other end of a byte stream: acknowledgements, one packet at a time, interrupts while the target runs.
 *
 * Knows nothing of sockets: bytes come in by {@link receive} and leave by the function it was given. What must hold:
 * packets are answered in the order they came; what arrives while the target runs waits, a bounded number of them; a fault
 * of the target becomes an error answer and never ends the process.
 */
import { Commands, stopReply } from './commands.ts';
import type { Outcome } from './commands.ts';
import { frame, Framer } from './framing.ts';
import type { Frame } from './framing.ts';
import type { GdbTarget, ResumeAction } from './target.ts';

/** How gdb leaves for good. */
export type Leave = 'detach' | 'kill' | 'exit';

export interface ConnectionOptions {
  /** Sends bytes to gdb. */
  readonly send: (bytes: Uint8Array) => void;
  /** gdb has detached from the target or killed it, or has gone after the target's end. */
  readonly onLeave: (how: Leave) => void;
}

/** Packets that may wait while one is served; gdb itself never has more than one under way. */
const QUEUE_MAXIMUM = 64;
/** What one `O` packet shows, in bytes. */
const OUTPUT_PIECE = 4096;
/** A packet of which nothing but its length is known; E2BIG. */
const TOO_LONG = 'E07';
/** An error behind which no other number stands; EIO. */
const FAILED = 'E05';

export class Connection {
  readonly #target: GdbTarget;
  readonly #commands: Commands;
  readonly #options: ConnectionOptions;
  readonly #framer = new Framer();
  #queue: readonly string[] = [];
  #busy = false;
  #acknowledges = true;
  #lastSent: Uint8Array | undefined;
  #running: AbortController | undefined;
  #closed = false;
  #toldExit = false;

  constructor(target: GdbTarget, options: ConnectionOptions) {
    this.#target = target;
    this.#commands = new Commands(target);
    this.#options = options;
  }

  /** Takes bytes as they come from gdb, in pieces of any size. */
  receive(bytes: Uint8Array): void {
    if (this.#closed) return;
    for (const received of this.#framer.receive(bytes)) this.#take(received);
  }

  /** The stream has ended: a running target is asked to stop. A gdb that was told of the target's end has left it. */
  close(): void {
    if (!this.#closed && this.#toldExit) this.#options.onLeave('exit');
    this.#closed = true;
    this.#running?.abort();
  }

  #take(received: Frame): void {
    switch (received.kind) {
      case 'packet':
        this.#acknowledge('+');
        this.#enqueue(received.payload);
        return;
      case 'damaged':
        this.#acknowledge('-');
        return;
      case 'oversized':
        this.#acknowledge('+');
        this.#sendPacket(TOO_LONG);
        return;
      case 'refused':
        if (this.#lastSent !== undefined && this.#acknowledges) this.#options.send(this.#lastSent);
        return;
      case 'interrupt':
        this.#running?.abort();
        return;
      case 'acknowledged':
        return;
    }
  }

  #acknowledge(sign: '+' | '-'): void {
    if (this.#acknowledges) this.#options.send(Buffer.from(sign));
  }

  #enqueue(payload: string): void {
    if (this.#queue.length >= QUEUE_MAXIMUM) return;
    this.#queue = [...this.#queue, payload];
    if (!this.#busy) void this.#serve();
  }

  async #serve(): Promise<void> {
    this.#busy = true;
    for (let payload = this.#queue[0]; payload !== undefined && !this.#closed; payload = this.#queue[0]) {
      this.#queue = this.#queue.slice(1);
      try {
        await this.#act(this.#commands.handle(payload));
      } catch {
        this.#sendPacket(FAILED);
      }
    }
    this.#busy = false;
  }

  async #act(outcome: Outcome): Promise<void> {
    switch (outcome.kind) {
      case 'answer':
        this.#sendPacket(outcome.payload);
        return;
      case 'resume':
        await this.#resume(outcome.action);
        return;
      case 'monitor':
        await this.#monitor(outcome.line);
        return;
      case 'no-acknowledgements':
        this.#sendPacket('OK');
        this.#acknowledges = false;
        return;
      case 'leave':
        if (outcome.payload !== undefined) this.#sendPacket(outcome.payload);
        this.#closed = true;
        this.#options.onLeave(outcome.how);
        return;
    }
  }

  async #resume(action: ResumeAction): Promise<void> {
    const stop = await this.#interruptible((signal) => this.#target.resume(action, signal));
    if (stop.kind === 'stopped' && stop.note !== undefined) this.#print(`${stop.note}\n`);
    this.#sendPacket(stopReply(stop));
    this.#toldExit = stop.kind === 'exited';
  }

  async #monitor(line: string): Promise<void> {
    await this.#interruptible((signal) =>
      this.#target.monitor(
        line,
        (text) => {
          this.#print(text);
        },
        signal,
      ),
    );
    this.#sendPacket('OK');
  }

  /** Does something that gdb, or its going away, may interrupt. */
  async #interruptible<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    this.#running = new AbortController();
    try {
      return await work(this.#running.signal);
    } finally {
      this.#running = undefined;
    }
  }

  /** Shows text on gdb's console. */
  #print(text: string): void {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += OUTPUT_PIECE) {
      this.#sendPacket(`O${bytes.subarray(at, at + OUTPUT_PIECE).toString('hex')}`);
    }
  }

  #sendPacket(payload: string): void {
    if (this.#closed) return;
    this.#lastSent = frame(payload);
    this.#options.send(this.#lastSent);
  }
}
