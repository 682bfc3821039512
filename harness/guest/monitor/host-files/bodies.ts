/**
 * Bodies of the requests and responses about host files, as far as they are known.
 *
 * | request | body                                                                  | response                                     | known by  |
 * | ------- | --------------------------------------------------------------------- | -------------------------------------------- | --------- |
 * | open    | i32 flags, from M4 on u32 mode, u16 length, path                      | i32 descriptor, u8 is-folder                 | the page  |
 * | write   | i32 descriptor, u32 count, i64 offset, u16 length, bytes              | i32 count                                    | the page  |
 * | read    | i32 descriptor, u32 count, i64 offset                                 | i32 count, bytes                             | response: the page; request: as write |
 * | readdir | i32 descriptor                                                        | u16 length, u8 is-folder, u64 size, name     | response: the page; request inferred |
 * | close, flush | i32 descriptor                                                   | i32 0                                        | inferred  |
 * | lseek   | i32 descriptor, i64 offset, i32 from where                            | i64 position                                 | inferred  |
 *
 * Inferred is what follows from which requests have parts: those do that carry a path. No other body is known, and what would change a
 * folder or a file's length is not guessed. Source: the ABI reference's companion for Era M, "hostfs without a mount, and the general form".
 */
import { viewOf } from '../violation.ts';

export interface OpenRequest {
  readonly flags: number;
  /** 0o644 in an era whose requests have none. */
  readonly mode: number;
  readonly path: string;
}

const DEFAULT_MODE = 0o644;

/** Undefined for a length that reaches beyond the message, or text that is none. */
export function readOpen(body: Uint8Array, hasMode: boolean): OpenRequest | undefined {
  const view = viewOf(body);
  const lengthAt = hasMode ? 8 : 4;
  const length = view.getUint16(lengthAt, true);
  const bytes = body.subarray(lengthAt + 2, lengthAt + 2 + length);
  if (bytes.length < length) return undefined;
  try {
    const path = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { flags: view.getInt32(0, true), mode: hasMode ? view.getUint32(4, true) : DEFAULT_MODE, path };
  } catch {
    return undefined;
  }
}

export interface TransferRequest {
  readonly descriptor: number;
  readonly count: number;
  /** Negative: where the descriptor stands. */
  readonly offset: bigint;
}

export function readTransfer(body: Uint8Array): TransferRequest {
  const view = viewOf(body);
  return {
    descriptor: view.getInt32(0, true),
    count: view.getUint32(4, true),
    offset: view.getBigInt64(8, true),
  };
}

/** The bytes of a write; undefined for more than the message holds. */
export function writtenBytes(body: Uint8Array): Uint8Array | undefined {
  const length = viewOf(body).getUint16(16, true);
  const bytes = body.subarray(18, 18 + length);
  return bytes.length === length ? bytes : undefined;
}

export const readDescriptor = (body: Uint8Array): number => viewOf(body).getInt32(0, true);

export function readSeek(body: Uint8Array): { readonly offset: bigint; readonly whence: number } {
  const view = viewOf(body);
  return { offset: view.getBigInt64(4, true), whence: view.getInt32(12, true) };
}

export function i32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setInt32(0, value, true);
  return bytes;
}

export function i64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  viewOf(bytes).setBigInt64(0, BigInt(value), true);
  return bytes;
}

export const openResponse = (descriptor: number, isFolder: boolean): Uint8Array =>
  Uint8Array.of(...i32(descriptor), isFolder ? 1 : 0);

export const readResponse = (bytes: Uint8Array): Uint8Array => Uint8Array.of(...i32(bytes.length), ...bytes);

/** Bytes of an entry before its name. */
export const ENTRY_HEAD = 11;

export function entryResponse(name: Uint8Array, isFolder: boolean, size: number): Uint8Array {
  const bytes = new Uint8Array(ENTRY_HEAD + name.length);
  const view = viewOf(bytes);
  view.setUint16(0, name.length, true);
  view.setUint8(2, isFolder ? 1 : 0);
  view.setBigUint64(3, BigInt(size), true);
  bytes.set(name, ENTRY_HEAD);
  return bytes;
}

/**
 * The first part of a request in parts: u16 parts, u16 number, the size of the chunk, the chunk. The size is one byte or two, which is not
 * known: two where the second would be 0.
 */
export interface Part {
  readonly number: number;
  readonly chunk: Uint8Array;
}

export function readPart(data: Uint8Array): Part {
  const view = viewOf(data);
  const isWide = view.getUint8(5) === 0;
  const [at, size] = isWide ? [6, view.getUint16(4, true)] : [5, view.getUint8(4)];
  return { number: view.getUint16(2, true), chunk: data.subarray(at, at + size) };
}
