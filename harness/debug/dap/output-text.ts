/** The guest's output as text: a character whose bytes come in two pieces is put together. */
import type { OutputName } from '../index.ts';

export class OutputText {
  readonly #send: (category: OutputName, text: string) => void;
  readonly #decoders: Readonly<Record<OutputName, InstanceType<typeof TextDecoder>>> = {
    stdout: new TextDecoder(),
    stderr: new TextDecoder(),
    console: new TextDecoder(),
  };

  constructor(send: (category: OutputName, text: string) => void) {
    this.#send = send;
  }

  write(stream: OutputName, bytes: Uint8Array): void {
    const text = this.#decoders[stream].decode(bytes, { stream: true });
    if (text !== '') this.#send(stream, text);
  }
}
