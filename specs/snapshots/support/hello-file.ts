/** The bytes of a real snapshot file: CPython at its snapshot call. */
import { readFile } from 'node:fs/promises';
import { boot, HELLO, saveSnapshot } from '../../../harness/index.ts';

export async function helloFile(path: string): Promise<Buffer> {
  const guest = await boot(HELLO);
  try {
    guest.runToSnapshot();
    await saveSnapshot(path, guest.capture());
    return await readFile(path);
  } finally {
    guest.dispose();
  }
}
