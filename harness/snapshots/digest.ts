/** SHA-256 of bytes, the one digest that snapshots use. */
import { createHash } from 'node:crypto';

/** Lower-case hexadecimal SHA-256. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
