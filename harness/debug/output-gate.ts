/**
 * Lets every byte of the guest's output through once, however often the guest is rewound and runs over the same writes.
 *
 * What must hold: what came through is the output of the present history, in order. When history is changed in the past,
 * what it prints from there on is new and comes through, although the old future had been printed before.
 */
import type { BootOptions } from '../guest/options.ts';
import type { MonitorState } from '../guest/monitor/monitor.ts';

/** Where a guest prints to. */
export type OutputName = 'stdout' | 'stderr' | 'console';

/** Receives output, each byte once. */
export type OutputListener = (stream: OutputName, bytes: Uint8Array) => void;

type Lengths = Record<OutputName, number>;

export class OutputGate {
  readonly #listener: OutputListener | undefined;
  #position: Lengths = { stdout: 0, stderr: 0, console: 0 };
  #printed: Lengths = { stdout: 0, stderr: 0, console: 0 };

  constructor(listener: OutputListener | undefined) {
    this.#listener = listener;
  }

  /** To be given to {@link boot}. */
  get bootOptions(): Required<Pick<BootOptions, 'onConsole' | 'onOutput'>> {
    return {
      onConsole: (bytes) => {
        this.#write('console', bytes);
      },
      onOutput: (stream, bytes) => {
        this.#write(stream, bytes);
      },
    };
  }

  /** The guest was restored: it stands behind what this state has written. */
  rewind(state: Pick<MonitorState, 'console' | 'streams'>): void {
    this.#position = {
      stdout: state.streams.stdout.length,
      stderr: state.streams.stderr.length,
      console: state.console.length,
    };
  }

  /** History changes here: all that is written from now on is new. */
  branch(): void {
    this.#printed = { ...this.#position };
  }

  #write(stream: OutputName, bytes: Uint8Array): void {
    const start = this.#position[stream];
    const end = start + bytes.length;
    this.#position[stream] = end;
    if (end <= this.#printed[stream]) return;
    const fresh = bytes.subarray(Math.max(0, this.#printed[stream] - start));
    this.#printed[stream] = end;
    this.#listener?.(stream, fresh);
  }
}
