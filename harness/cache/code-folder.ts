/** Where the emulator keeps the code it is made of for later processes: in the user's cache folder. */
import { join } from 'node:path';
import { cacheRoot } from '../../images/build/paths.ts';

/** The folder; it need not exist. */
export function codeFolder(): string {
  return join(cacheRoot(), 'emulator');
}
