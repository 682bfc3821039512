/**
 * A folder of the host as the monitor sees it: the seam behind which somebody reads and writes real files.
 *
 * What must hold: nothing outside the folder is ever read or written, by whatever path, link or race. Nothing is kept open between two
 * calls, so that a restored guest finds its files where they are now.
 */
import type { hostFileErrno } from '../../../../images/abi/host-kinds.ts';

/** Why something was not done. */
export interface Refused {
  readonly refused: keyof typeof hostFileErrno;
}

/** One name in a folder. */
export interface FolderEntry {
  readonly name: string;
  readonly isFolder: boolean;
  readonly bytes: number;
}

/** What becomes of the file when it is opened. */
export interface OpenHow {
  readonly writes: boolean;
  readonly create: boolean;
  readonly exclusive: boolean;
  readonly truncate: boolean;
  /** Permissions of a file that is made. */
  readonly mode: number;
}

/** Paths are the guest's, from the folder down, with `/` between names. */
export interface HostFolder {
  /** Makes sure that something is there and can be opened so. */
  open(path: string, how: OpenHow): { readonly isFolder: boolean } | Refused;
  /** At most `count` bytes; none at the end. */
  read(path: string, offset: number, count: number): Uint8Array | Refused;
  /** @returns How many were written. */
  write(path: string, offset: number, bytes: Uint8Array): number | Refused;
  size(path: string): number | Refused;
  /** In the order of their names. */
  list(path: string): readonly FolderEntry[] | Refused;
}

export const isRefused = (result: unknown): result is Refused =>
  typeof result === 'object' && result !== null && 'refused' in result;
