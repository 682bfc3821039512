/**
 * Host files (Era M from its second step): requests of vfsd, answered from a folder of the host, or with an error where none is mounted
 * or the body of the request is not known.
 *
 * What must hold: a descriptor is a path and a position, plain data of the monitor's state, so that a guest restored later or elsewhere
 * goes on in the folder that is mounted there.
 */
import {
  hostFileErrno,
  hostFileKinds,
  INVALID_REQUEST,
  openFlags,
} from '../../../../images/abi/host-kinds.ts';
import type { HostFileKind } from '../../../../images/abi/host-kinds.ts';
import type { GuestMessage } from '../messages.ts';
import { viewOf } from '../violation.ts';
import * as bodies from './bodies.ts';
import { isRefused } from './folder.ts';
import type { HostFolder, Refused } from './folder.ts';

/** How an era asks about host files. */
export interface HostFilesForm {
  /** Whether a part stands behind a number that every request has; else it stands behind the kind. */
  readonly partsBehindNumber: boolean;
  /** Whether an open says with which permissions a file is made. */
  readonly opensWithMode: boolean;
  /** Whether stat and readdir answer an error with zeros. */
  readonly zerosForErrors: boolean;
  /** Who is answered: vfsd's mailbox, or the thread that asked. */
  readonly answersGoTo: 'vfsd' | 'requester';
  /** Whether others than vfsd get no answer. */
  readonly onlyVfsd: boolean;
}

/** An open file or folder. */
export interface OpenFile {
  readonly descriptor: number;
  readonly path: string;
  readonly isFolder: boolean;
  readonly reads: boolean;
  readonly writes: boolean;
  readonly appends: boolean;
  /** Byte of a file, entry of a folder. */
  readonly position: number;
}

export interface HostFilesState {
  readonly open: readonly OpenFile[];
}

/** A response: its kind, and what stands behind the request's number. */
export interface HostFilesAnswer {
  readonly kind: number;
  readonly request: number;
  readonly data: Uint8Array;
}

const KINDS: ReadonlyMap<number, HostFileKind> = new Map(hostFileKinds.map((kind) => [kind.request, kind]));
/** Where every payload about host files has the request's number, and its data, whether its era numbers other requests or not. */
const REQUEST_AT = 2;
const DATA_AT = 6;
const READ_HEAD = 4;
const KNOWN_FLAGS = Object.values(openFlags).reduce<number>((all, flag) => all | flag, 0);
const LARGEST_DESCRIPTOR = 0x7fff_ffff;

const isSame = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, at) => byte === other[at]);

const refuse = (refused: Refused['refused']): Refused => ({ refused });

/** What was answered at an instruction, to what, and which files were open afterwards. */
interface Answered {
  readonly payload: Uint8Array;
  readonly answer: HostFilesAnswer | undefined;
  readonly state: HostFilesState;
}

export class HostFiles {
  readonly #folder: HostFolder | undefined;
  readonly #instructions: () => number;
  #open = new Map<number, OpenFile>();
  #answered: Map<number, Answered> | undefined;

  /**
   * @param folder Undefined when none is mounted.
   * @param instructions Of the guest since reset.
   */
  constructor(folder: HostFolder | undefined, instructions: () => number) {
    this.#folder = folder;
    this.#instructions = instructions;
  }

  /** Whether a kind is a request about host files. */
  static serves(kind: number): boolean {
    return KINDS.has(kind);
  }

  /** From now on the same request at the same instruction gets the same answer, and touches nothing a second time. */
  keepAnswers(): void {
    this.#answered ??= new Map();
  }

  /** The answer to a request whose kind is {@link serves}; undefined for a part that gets none. */
  answer(message: GuestMessage, form: HostFilesForm): HostFilesAnswer | undefined {
    const { payload } = message;
    const at = this.#instructions();
    const before = this.#answered?.get(at);
    if (before !== undefined && isSame(before.payload, payload)) {
      this.restore(before.state);
      return before.answer;
    }
    const answer = this.#answer(message, form);
    this.#answered?.set(at, { payload, answer, state: this.capture() });
    return answer;
  }

  #answer({ kind, payload }: GuestMessage, form: HostFilesForm): HostFilesAnswer | undefined {
    const known = KINDS.get(kind);
    if (known === undefined) return undefined;
    const asked = requestOf(known, payload, form);
    if (asked === undefined) return undefined;
    const { request, data } = asked;
    const result =
      known.part === true ? refuse('EIO') : this.#serve(known, data, form, payload.length - DATA_AT);
    return { kind: known.response, request, data: isRefused(result) ? errorOf(known, result, form) : result };
  }

  capture(): HostFilesState {
    return { open: [...this.#open.values()] };
  }

  restore({ open }: HostFilesState): void {
    this.#open = new Map(open.map((file) => [file.descriptor, file]));
  }

  /** @param room Bytes that a response has for its data. */
  #serve(kind: HostFileKind, data: Uint8Array, form: HostFilesForm, room: number): Uint8Array | Refused {
    const folder = this.#folder;
    if (folder === undefined) return refuse('EIO');
    switch (kind.name) {
      case 'open':
        return this.#openFile(folder, data, form);
      case 'close': {
        const wasOpen = this.#open.delete(bodies.readDescriptor(data));
        return wasOpen ? bodies.i32(0) : refuse('EBADF');
      }
      case 'flush':
        return this.#open.has(bodies.readDescriptor(data)) ? bodies.i32(0) : refuse('EBADF');
      case 'read':
        return this.#read(folder, data, room);
      case 'write':
        return this.#write(folder, data);
      case 'readdir':
        return this.#readFolder(folder, data, room);
      case 'lseek':
        return this.#seek(folder, data);
      default:
        return refuse('EIO');
    }
  }

  #openFile(folder: HostFolder, data: Uint8Array, form: HostFilesForm): Uint8Array | Refused {
    const request = bodies.readOpen(data, form.opensWithMode);
    if (request === undefined) return refuse('EINVAL');
    const { flags, mode, path } = request;
    const access = flags & openFlags.accessMask;
    if ((flags & ~KNOWN_FLAGS) !== 0 || access === openFlags.accessMask) return refuse('EINVAL');
    const writes = access !== openFlags.readOnly;
    const has = (flag: number): boolean => (flags & flag) !== 0;
    const opened = folder.open(path, {
      writes,
      create: has(openFlags.create),
      exclusive: has(openFlags.exclusive),
      truncate: has(openFlags.truncate) && writes,
      mode,
    });
    if (isRefused(opened)) return opened;
    const { isFolder } = opened;
    if (has(openFlags.directory) && !isFolder) return refuse('ENOTDIR');
    const descriptor = this.#freeDescriptor();
    const reads = access !== openFlags.writeOnly;
    const appends = has(openFlags.append);
    this.#open.set(descriptor, { descriptor, path, isFolder, reads, writes, appends, position: 0 });
    return bodies.openResponse(descriptor, isFolder);
  }

  #read(folder: HostFolder, data: Uint8Array, room: number): Uint8Array | Refused {
    const { descriptor, count, offset } = bodies.readTransfer(data);
    const file = this.#open.get(descriptor);
    if (file?.reads !== true) return refuse('EBADF');
    if (file.isFolder) return refuse('EISDIR');
    const at = offset < 0n ? file.position : Number(offset);
    const bytes = folder.read(file.path, at, Math.min(count, room - READ_HEAD));
    if (isRefused(bytes)) return bytes;
    if (offset < 0n) this.#move(file, at + bytes.length);
    return bodies.readResponse(bytes);
  }

  #write(folder: HostFolder, data: Uint8Array): Uint8Array | Refused {
    const { descriptor, offset } = bodies.readTransfer(data);
    const file = this.#open.get(descriptor);
    const bytes = bodies.writtenBytes(data);
    if (file?.writes !== true) return refuse('EBADF');
    if (bytes === undefined) return refuse('EINVAL');
    const end = file.appends ? folder.size(file.path) : undefined;
    if (isRefused(end)) return end;
    const at = end ?? (offset < 0n ? file.position : Number(offset));
    const written = folder.write(file.path, at, bytes);
    if (isRefused(written)) return written;
    if (offset < 0n) this.#move(file, at + written);
    return bodies.i32(written);
  }

  /** One entry, and nothing but zeros behind the last. A name that no message holds is passed over. */
  #readFolder(folder: HostFolder, data: Uint8Array, room: number): Uint8Array | Refused {
    const file = this.#open.get(bodies.readDescriptor(data));
    if (file === undefined) return refuse('EBADF');
    if (!file.isFolder) return refuse('ENOTDIR');
    const entries = folder.list(file.path);
    if (isRefused(entries)) return entries;
    for (let at = file.position; at < entries.length; at += 1) {
      const { name, isFolder, bytes } = entries[at] ?? { name: '', isFolder: false, bytes: 0 };
      const encoded = new TextEncoder().encode(name);
      if (encoded.length > room - bodies.ENTRY_HEAD) continue;
      this.#move(file, at + 1);
      return bodies.entryResponse(encoded, isFolder, bytes);
    }
    return bodies.entryResponse(new Uint8Array(0), false, 0);
  }

  #seek(folder: HostFolder, data: Uint8Array): Uint8Array | Refused {
    const file = this.#open.get(bodies.readDescriptor(data));
    if (file === undefined) return refuse('EBADF');
    const { offset, whence } = bodies.readSeek(data);
    const base =
      whence === 0 ? 0 : whence === 1 ? file.position : whence === 2 ? folder.size(file.path) : undefined;
    if (base === undefined) return refuse('EINVAL');
    if (isRefused(base)) return base;
    const position = base + Number(offset);
    if (position < 0 || !Number.isSafeInteger(position)) return refuse('EINVAL');
    this.#move(file, position);
    return bodies.i64(position);
  }

  #move(file: OpenFile, position: number): void {
    this.#open.set(file.descriptor, { ...file, position });
  }

  /** The lowest one that is free, from 1 on. */
  #freeDescriptor(): number {
    for (let descriptor = 1; descriptor < LARGEST_DESCRIPTOR; descriptor += 1)
      if (!this.#open.has(descriptor)) return descriptor;
    return LARGEST_DESCRIPTOR;
  }
}

/** A response as it stands in a message, from the kind on. */
export function filesPayload({ kind, request, data }: HostFilesAnswer): Uint8Array {
  const payload = new Uint8Array(DATA_AT + data.length);
  const view = viewOf(payload);
  view.setUint16(0, kind, true);
  view.setUint32(REQUEST_AT, request, true);
  payload.set(data, DATA_AT);
  return payload;
}

/** The request's number, and its data. Of a request in parts only the first is answered, and has its number in its chunk. */
function requestOf(
  { part }: HostFileKind,
  payload: Uint8Array,
  { partsBehindNumber }: HostFilesForm,
): { readonly request: number; readonly data: Uint8Array } | undefined {
  const data = payload.subarray(DATA_AT);
  if (part !== true) return { request: viewOf(payload).getUint32(REQUEST_AT, true), data };
  const { number, chunk } = bodies.readPart(partsBehindNumber ? data : payload.subarray(REQUEST_AT));
  if (number !== 0) return undefined;
  return { request: chunk.length < 4 ? INVALID_REQUEST : viewOf(chunk).getUint32(0, true), data };
}

function errorOf({ error, name }: HostFileKind, { refused }: Refused, form: HostFilesForm): Uint8Array {
  const value = -hostFileErrno[refused];
  if (error === 'i64') return bodies.i64(value);
  // With a mount a folder that cannot be read is at its end, as without one.
  if (error === 'zeros' && form.zerosForErrors)
    return new Uint8Array(name === 'stat' ? READ_HEAD : bodies.ENTRY_HEAD);
  return bodies.i32(value);
}
