/** The process's own streams as a guest uses them. */
import { writeSync } from 'node:fs';

const FILE_DESCRIPTOR = { stdout: 1, stderr: 2 } as const;
const RETRY_MS = 2;

/** Where the guest's output goes takes no more, for example because the disk is full. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
}

/**
 * Writes all of some bytes at once, in order with whatever the guest does next. A reader that is slow is waited for; one
 * that has gone takes the rest with it, and the answer is false.
 *
 * @throws OutputError when they cannot be written.
 */
export function writeThrough(stream: 'stdout' | 'stderr', bytes: Uint8Array): boolean {
  let rest = bytes;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(FILE_DESCRIPTOR[stream], rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') return false;
      if (code !== 'EAGAIN') {
        throw new OutputError(`the guest's ${stream} cannot be written (${code ?? 'error'})`, {
          cause: error,
        });
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
