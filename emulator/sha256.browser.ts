/** SHA-256 where there is no Node: a page's own (`crypto.subtle`) answers later, and the machine does not wait. */
import { sha256 as noble } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Sha256 } from './sha256.ts';

class PageSha256 implements Sha256 {
  readonly #hash = noble.create();

  update(more: Uint8Array | string): this {
    this.#hash.update(typeof more === 'string' ? new TextEncoder().encode(more) : more);
    return this;
  }

  bytes(): Uint8Array {
    return this.#hash.digest();
  }

  hex(): string {
    return bytesToHex(this.#hash.digest());
  }
}

export const sha256 = (): Sha256 => new PageSha256();
