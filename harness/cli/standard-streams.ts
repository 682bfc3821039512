/** The process's own streams as a guest uses them. */
import { writeSync } from 'node:fs';
import { noteOutputFailure } from './output-failures.ts';

const FILE_DESCRIPTOR = { stdout: 1, stderr: 2 } as const;
const RETRY_MS = 2;

const NAME = { stdout: 'standard output', stderr: 'standard error' } as const;

/** Keeps in mind that a stream takes no more, for example because the disk is full. */
export function noteStreamFailure(stream: 'stdout' | 'stderr', code: string): void {
  noteOutputFailure(`${NAME[stream]} cannot be written (${code})`);
}

/**
 * Writes all of some bytes at once, in order with whatever the guest does next. A reader that is slow is waited for; one
 * that has gone takes the rest with it, and the answer is false. What a full disk does not take is lost, and told at the end.
 */
export function writeThrough(stream: 'stdout' | 'stderr', bytes: Uint8Array): boolean {
  let rest = bytes;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(FILE_DESCRIPTOR[stream], rest));
    } catch (error) {
      const { code = 'error' } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') return false;
      if (code !== 'EAGAIN') {
        noteStreamFailure(stream, code);
        return true;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }
  return true;
}

/** Standard input, opened when the guest first reads and closed when the run is over. */
export class ProcessInput implements AsyncIterable<Uint8Array> {
  #opened = false;

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    this.#opened = true;
    for await (const piece of process.stdin)
      yield typeof piece === 'string' ? Buffer.from(piece) : (piece as Buffer);
  }

  /** Lets the process end although somebody still holds the other end of the pipe. */
  close(): void {
    if (this.#opened) process.stdin.destroy();
  }
}
