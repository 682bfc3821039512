/**
 * A folder of the host for the guest's host files, by Node.
 *
 * What must hold: nothing outside the folder is read or written. A path is resolved by the host first, and refused where it leads out.
 * Since a link may be put in its way in the next moment, what is then opened is opened without following a link at its end, out of a
 * parent that is held open and was found to be inside, and only files and folders are: no device, no pipe that would wait.
 */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readdirSync,
} from 'node:fs';
import { readSync, realpathSync, statSync, writeSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { hostFileErrno } from '../../images/abi/host-kinds.ts';
import { isHostName } from '../../images/system/paths.ts';
import { thisSystem, type System } from '../../images/system/system.ts';
import { InputError } from './errors.ts';
import { isRefused } from './monitor/host-files/folder.ts';
import type { FolderEntry, HostFolder, OpenHow, Refused } from './monitor/host-files/folder.ts';

const { O_RDONLY, O_RDWR, O_WRONLY, O_CREAT, O_EXCL, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;
/** Names of what this process has open, where a host has them: a path through one follows no link before it. */
// eslint-disable-next-line no-restricted-syntax -- asked for before it is used
const DESCRIPTORS = '/proc/self/fd';

const refuse = (refused: Refused['refused']): Refused => ({ refused });

/** What an error of the host is to the guest. */
function refusalOf(error: unknown): Refused {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'ENXIO') return refuse('EACCES');
  return refuse(code in hostFileErrno ? (code as Refused['refused']) : 'EIO');
}

/**
 * Opens a folder of the host to a guest.
 *
 * @throws InputError when it is none.
 */
export function hostFolder(path: string, system: System = thisSystem): HostFolder {
  try {
    const root = realpathSync(path);
    if (statSync(root).isDirectory()) return new NodeFolder(root, system);
  } catch (error) {
    const { code = 'error' } = error as NodeJS.ErrnoException;
    throw new InputError(`the folder ${path} cannot be mounted (${code}): name one that exists`);
  }
  throw new InputError(`${path} cannot be mounted: it is no folder`);
}

class NodeFolder implements HostFolder {
  readonly #root: string;
  readonly #system: System;
  readonly #hasDescriptors = existsSync(DESCRIPTORS);

  constructor(root: string, system: System) {
    this.#root = root;
    this.#system = system;
  }

  open(path: string, how: OpenHow): { readonly isFolder: boolean } | Refused {
    const access = how.writes ? O_RDWR : O_RDONLY;
    const make = (how.create ? O_CREAT : 0) | (how.create && how.exclusive ? O_EXCL : 0);
    return this.#with(path, access | make, how.mode, (descriptor, stats) => {
      if (how.truncate && stats.isFile()) ftruncateSync(descriptor);
      return { isFolder: stats.isDirectory() };
    });
  }

  read(path: string, offset: number, count: number): Uint8Array | Refused {
    return this.#with(path, O_RDONLY, 0, (descriptor) => {
      const bytes = new Uint8Array(Math.max(0, count));
      return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, offset));
    });
  }

  write(path: string, offset: number, bytes: Uint8Array): number | Refused {
    return this.#with(path, O_WRONLY, 0, (descriptor) =>
      writeSync(descriptor, bytes, 0, bytes.length, offset),
    );
  }

  size(path: string): number | Refused {
    return this.#with(path, O_RDONLY, 0, (_descriptor, { size }) => size);
  }

  list(path: string): readonly FolderEntry[] | Refused {
    const names = this.#with(path, O_RDONLY | O_DIRECTORY, 0, (descriptor) =>
      readdirSync(this.#hasDescriptors ? join(DESCRIPTORS, String(descriptor)) : join(this.#root, path)),
    );
    if (isRefused(names)) return names;
    return names.sort().flatMap((name) => {
      const found = this.#with(`${path}/${name}`, O_RDONLY, 0, (_descriptor, stats) => stats);
      // What cannot be opened is not shown: a link that leads out, a device.
      return isRefused(found) ? [] : [{ name, isFolder: found.isDirectory(), bytes: found.size }];
    });
  }

  /** Does something with what is at a path, open; closes it afterwards. */
  #with<Result>(
    path: string,
    flags: number,
    mode: number,
    use: (descriptor: number, stats: Stats) => Result,
  ): Result | Refused {
    let descriptor: number | undefined;
    try {
      const place = this.#placeOf(path);
      if (isRefused(place)) return place;
      descriptor = this.#openAt(place, flags, mode);
      const stats = fstatSync(descriptor);
      if (!stats.isFile() && !stats.isDirectory()) return refuse('EACCES');
      return use(descriptor, stats);
    } catch (error) {
      return refusalOf(error);
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
  }

  /** Where a path leads once every link is followed, inside the folder. Its last name need not exist. */
  #placeOf(path: string): string | Refused {
    const names: string[] = [];
    for (const name of path.split('/')) {
      if (name === '..' && names.pop() === undefined) return refuse('EACCES');
      if (name !== '' && name !== '.' && name !== '..') names.push(name);
    }
    // what the host would take for another file, or for a device
    if (!names.every((name) => isHostName(name, this.#system))) return refuse('EINVAL');
    const wanted = join(this.#root, ...names);
    const place = this.#resolve(wanted);
    return this.#isInside(place) ? place : refuse('EACCES');
  }

  #resolve(wanted: string): string {
    try {
      return realpathSync(wanted);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || wanted === this.#root) throw error;
      return join(realpathSync(dirname(wanted)), basename(wanted));
    }
  }

  #isInside(place: string): boolean {
    return (
      place === this.#root || place.startsWith(this.#root.endsWith(sep) ? this.#root : `${this.#root}${sep}`)
    );
  }

  #openAt(place: string, flags: number, mode: number): number {
    const careful = flags | O_NOFOLLOW | O_NONBLOCK;
    if (place === this.#root) return openSync(place, careful, mode);
    const parent = openSync(dirname(place), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    try {
      this.#checkInside(parent, dirname(place));
      if (this.#hasDescriptors)
        return openSync(join(DESCRIPTORS, String(parent), basename(place)), careful, mode);
      const descriptor = openSync(place, careful, mode);
      this.#checkInside(descriptor, place);
      return descriptor;
    } finally {
      closeSync(parent);
    }
  }

  /** Throws unless what is open is what is at this place, and the place is inside without a link. */
  #checkInside(descriptor: number, place: string): void {
    const [opened, there] = [fstatSync(descriptor), lstatSync(place)];
    if (
      opened.dev === there.dev &&
      opened.ino === there.ino &&
      realpathSync(place) === place &&
      this.#isInside(place)
    )
      return;
    throw Object.assign(new Error(`${place} was changed while it was opened`), { code: 'EACCES' });
  }
}
