/**
 * SHA-256, as the host computes it. One of the few files that import something of Node's: `sha256.browser.ts` stands in for it
 * where a page runs the machine.
 */
import { createHash } from 'node:crypto';

/** A digest under way. */
export interface Sha256 {
  /** Takes more: bytes, or text as UTF-8. */
  update(more: Uint8Array | string): this;
  /** The digest's 32 bytes. Ends the digest. */
  bytes(): Uint8Array;
  /** The same in lower-case hexadecimal. Ends the digest. */
  hex(): string;
}

class NodeSha256 implements Sha256 {
  readonly #hash = createHash('sha256');

  update(more: Uint8Array | string): this {
    this.#hash.update(more);
    return this;
  }

  bytes(): Uint8Array {
    return this.#hash.digest();
  }

  hex(): string {
    return this.#hash.digest('hex');
  }
}

/** A digest of nothing so far. */
export const sha256 = (): Sha256 => new NodeSha256();
