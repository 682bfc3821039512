/**
 * The kernel's console: byte writes to port 0xe9. It is the kernel's log, kept apart from what the program prints.
 */
import { ByteLog } from './byte-log.ts';

const NEWLINE = 0x0a;

export class KernelConsole {
  readonly log = new ByteLog();
  readonly #onBytes: ((bytes: Uint8Array) => void) | undefined;
  #reported = 0;

  constructor(onBytes?: (bytes: Uint8Array) => void) {
    this.#onBytes = onBytes;
  }

  write(character: number): void {
    this.log.appendByte(character);
    if (character === NEWLINE) this.flush();
  }

  /** Hands the rest of an unfinished line to the listener; lines are handed over as they end. */
  flush(): void {
    if (this.log.length > this.#reported) this.#onBytes?.(this.log.bytes.slice(this.#reported));
    this.#reported = this.log.length;
  }

  restore(bytes: Uint8Array): void {
    this.log.restore(bytes);
    this.#reported = bytes.length;
  }
}
