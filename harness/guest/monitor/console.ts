/**
 * The kernel's console: byte writes to port 0xe9, and the pieces of its log that later kernels send to port 0xeb, each of
 * whose lines is marked. Kept apart from what the program prints.
 */
import { ByteLog } from './byte-log.ts';

const NEWLINE = 0x0a;

/**
 * The line with which a kernel fails, if it is the last of the kernel's own lines. Source: a kernel of v1.1.0 that was run; its other lines
 * begin with a level in brackets.
 */
const PANIC = /^\[PANIC\]\[kernel\].*$(?![^]*^\[)/mu;

/** Begins each line that came by port 0xeb. */
const LOG_MARK = 'klog: ';

export class KernelConsole {
  readonly log = new ByteLog();
  readonly #onBytes: ((bytes: Uint8Array) => void) | undefined;
  #observers: readonly ((bytes: Uint8Array) => void)[] = [];
  #reported = 0;

  constructor(onBytes?: (bytes: Uint8Array) => void) {
    this.#onBytes = onBytes;
  }

  write(character: number): void {
    this.log.appendByte(character);
    if (character === NEWLINE) this.flush();
  }

  /** A piece of the kernel's log: whole lines, each behind the mark. */
  writeLog(piece: Uint8Array): void {
    if (this.log.length > 0 && this.log.bytes.at(-1) !== NEWLINE) this.log.appendByte(NEWLINE);
    const lines = new TextDecoder().decode(piece).replace(/\n$/u, '').split('\n');
    this.log.append(new TextEncoder().encode(lines.map((line) => `${LOG_MARK}${line}\n`).join('')));
    this.flush();
  }

  /** What a kernel has said of its own failure, if that was the last it said. */
  get panic(): string | undefined {
    return PANIC.exec(new TextDecoder().decode(this.log.bytes))?.[0];
  }

  /** Tells of what is written from now on, line by line, where it is written. @returns A function that ends it. */
  observe(observer: (bytes: Uint8Array) => void): () => void {
    this.#observers = [...this.#observers, observer];
    return () => {
      this.#observers = this.#observers.filter((other) => other !== observer);
    };
  }

  /** Hands the rest of an unfinished line to the listener; lines are handed over as they end. */
  flush(): void {
    if (this.log.length > this.#reported) {
      const bytes = this.log.bytes.slice(this.#reported);
      this.#onBytes?.(bytes);
      for (const observer of this.#observers) observer(bytes);
    }
    this.#reported = this.log.length;
  }

  restore(bytes: Uint8Array): void {
    this.log.restore(bytes);
    this.#reported = bytes.length;
  }
}
