/**
 * The program's standard streams on the host's side: what it has written, and how far it has read.
 *
 * What must hold: reading is a position, so that a restored guest reads the same bytes again.
 */
import { ByteLog } from './byte-log.ts';
import { INPUT_START } from './standard-input.ts';
import type { InputPortion, InputPosition, StandardInput } from './standard-input.ts';

const STDOUT = 1;
const STDERR = 2;

export type OutputListener = (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void;

export interface StreamPositions {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly input: InputPosition;
}

export class StandardStreams {
  readonly stdout = new ByteLog();
  readonly stderr = new ByteLog();
  readonly input: StandardInput;
  readonly #onOutput: OutputListener | undefined;
  #position = INPUT_START;

  constructor(input: StandardInput, onOutput: OutputListener | undefined) {
    this.input = input;
    this.#onOutput = onOutput;
  }

  get position(): InputPosition {
    return this.#position;
  }

  /** @returns False for a descriptor that is no output. */
  write(descriptor: number, bytes: Uint8Array): boolean {
    if (descriptor !== STDOUT && descriptor !== STDERR) return false;
    const stream = descriptor === STDOUT ? 'stdout' : 'stderr';
    this[stream].append(bytes);
    this.#onOutput?.(stream, bytes);
    return true;
  }

  /** What the next read would give, at most `count` bytes; nothing is taken. */
  look(count: number): InputPortion {
    return this.input.read(this.#position, count);
  }

  /** Goes behind what a look has given. */
  take(next: InputPosition): void {
    this.#position = next;
  }

  capture(): StreamPositions {
    return { stdout: this.stdout.bytes, stderr: this.stderr.bytes, input: this.#position };
  }

  restore(state: StreamPositions): void {
    this.stdout.restore(state.stdout);
    this.stderr.restore(state.stderr);
    this.#position = state.input;
  }
}
