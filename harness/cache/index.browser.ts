/** What a page keeps between visits: nothing. */
import type { CodeStore } from '../../emulator/code-store.ts';
import { sha256 } from '../../emulator/sha256.ts';

class Nothing implements CodeStore {
  readonly root = '';

  read(): undefined {
    return undefined;
  }

  digestOf(): undefined {
    return undefined;
  }

  write(_kind: string, _key: string, content: Uint8Array): string {
    return sha256().update(content).hex();
  }
}

const nothing = new Nothing();

export const userStore = (): CodeStore => nothing;
export type { Nothing as Store };
