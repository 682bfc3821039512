/**
 * What a pointer on the bus leads to, read from guest memory and checked: an envelope, bulk data behind a header, bulk data in pieces.
 *
 * What must hold: nothing the guest supplies is used before it was checked. Where something is wrong, the answer is a text that says
 * what. The size in an envelope is neither trusted nor refused: what the address points at says how long it is, as for Nanvix's monitor.
 */
import type { PhysicalMemory } from '../../../emulator/types.ts';
import { readStruct } from '../../../images/abi/layout.ts';
import { bulkOperations, envelopeKinds, messageTypes, processes } from '../../../images/abi/messages.ts';
import { limits } from '../../../images/abi/parameters.ts';
import { dataChunk, envelope, message } from '../../../images/abi/structs.ts';
import { scatter, scatterSegment } from '../../../images/abi/structs-m.ts';
import type { Bulk, Party, Piece } from './messages.ts';
import { pageRangeFault, rangeFault, viewOf } from './violation.ts';

export interface Envelope {
  readonly size: bigint;
  readonly kind: number;
  readonly address: number;
}

/** Bulk data, and which way it goes; with one header for both ways only the request before it tells. */
export interface BulkFrame {
  readonly way: 'push' | 'pull' | 'either';
  readonly bulk: Bulk;
}

/** The envelope at an address. */
export function readEnvelope(memory: PhysicalMemory, pointer: number): Envelope | string {
  const fault = rangeFault(memory, 'envelope', pointer, envelope.size);
  if (fault !== undefined) return fault;
  const fields = readStruct(envelope, viewOf(memory.read(pointer, envelope.size)));
  const outside = rangeFault(memory, 'address in the envelope', fields.address, 0);
  if (outside !== undefined) return outside;
  return { size: fields.size, kind: Number(fields.kind), address: Number(fields.address) };
}

/** The 64 bytes of a message at an address. */
export function readMessage(memory: PhysicalMemory, address: number): Uint8Array | string {
  return rangeFault(memory, 'message', address, message.size) ?? memory.read(address, message.size);
}

const KNOWN_TYPES: ReadonlySet<number> = new Set(Object.values(messageTypes));

/** Whether a message has one of the types there are. */
export const hasKnownType = (bytes: Uint8Array): boolean => KNOWN_TYPES.has(bytes[0] ?? 0);

/** Where an envelope has its kind, a message has its payload in the upper bytes. */
const NO_KIND = 2 ** 40;

/** How a frame on the bus looks: a message in an envelope, as guests with envelopes begin; a message without one; neither. */
export function looksLike(memory: PhysicalMemory, pointer: number): 'envelope' | 'message' | 'neither' {
  const found = readEnvelope(memory, pointer);
  if (
    typeof found !== 'string' &&
    found.size === BigInt(message.size) &&
    found.kind === envelopeKinds.message
  )
    return typeof readMessage(memory, found.address) === 'string' ? 'neither' : 'envelope';
  const bytes = readMessage(memory, pointer);
  if (typeof bytes === 'string' || !hasKnownType(bytes)) return 'neither';
  return typeof found === 'string' || found.kind >= NO_KIND ? 'message' : 'neither';
}

const HOST: Party = { pid: processes.host, tid: 0 };

/** Bulk data within one page, behind a header. */
export function readChunk(memory: PhysicalMemory, at: number): BulkFrame | string {
  const fault = rangeFault(memory, 'data-chunk header', at, dataChunk.size);
  if (fault !== undefined) return fault;
  const chunk = readStruct(dataChunk, viewOf(memory.read(at, dataChunk.size)));
  const { address, length } = chunk;
  const outside = pageRangeFault(memory, 'data chunk', address, length);
  if (outside !== undefined) return outside;
  const parties = partiesOf(chunk);
  // A snapshot may hold a kernel of ours from before November 2026, which sent pulls with the host as their source.
  const fromHost = parties.source.pid === processes.host;
  const thread = fromHost ? { source: parties.destination, destination: HOST } : parties;
  return { way: 'either', bulk: { ...thread, pieces: [{ address, length }], length, name: address } };
}

/**
 * Bulk data in pieces (Era M).
 *
 * @param transfer Number of a pull: beyond memory, so that no address can be taken for it.
 */
export function readScattered(memory: PhysicalMemory, at: number, transfer: number): BulkFrame | string {
  const fault = rangeFault(memory, 'scatter/gather header', at, scatter.size);
  if (fault !== undefined) return fault;
  const header = readStruct(scatter, viewOf(memory.read(at, scatter.size)));
  const pieces = readPieces(memory, header, header.segment_count);
  if (typeof pieces === 'string') return pieces;
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (length !== header.total)
    return `the pieces have ${length} bytes, the scatter/gather header says ${header.total}`;
  const bulk = { ...partiesOf(header), pieces, length };
  if (header.operation === bulkOperations.pull) return { way: 'pull', bulk: { ...bulk, name: transfer } };
  if (header.operation === bulkOperations.push) return { way: 'push', bulk: { ...bulk, name: 0 } };
  return `operation ${header.operation} in the scatter/gather header is neither push nor pull`;
}

function partiesOf(header: {
  readonly source_pid: number;
  readonly source_tid: number;
  readonly destination_pid: number;
  readonly destination_tid: number;
}): Pick<Bulk, 'source' | 'destination'> {
  return {
    source: { pid: header.source_pid, tid: header.source_tid },
    destination: { pid: header.destination_pid, tid: header.destination_tid },
  };
}

/** The pieces of a chain, or why it is none. */
function readPieces(
  memory: PhysicalMemory,
  first: Piece & { readonly next: number },
  count: number,
): readonly Piece[] | string {
  const pieces: Piece[] = [];
  for (let { next, ...piece } = first; ;) {
    const outside = pageRangeFault(memory, 'piece of bulk data', piece.address, piece.length);
    if (outside !== undefined) return outside;
    pieces.push({ address: piece.address, length: piece.length });
    if (next === 0) break;
    if (pieces.length === limits.bulkSegments) return `bulk data has more than ${limits.bulkSegments} pieces`;
    const fault = rangeFault(memory, 'piece of bulk data', next, scatterSegment.size);
    if (fault !== undefined) return fault;
    ({ next, ...piece } = readStruct(scatterSegment, viewOf(memory.read(next, scatterSegment.size))));
  }
  if (pieces.length === count) return pieces;
  return `bulk data has ${pieces.length} pieces, its header says ${count}`;
}

/** The bytes of bulk data, in the order of its pieces. */
export function gather(memory: PhysicalMemory, { pieces, length }: Bulk): Uint8Array {
  const bytes = new Uint8Array(length);
  let done = 0;
  for (const piece of pieces) {
    bytes.set(memory.read(piece.address, piece.length), done);
    done += piece.length;
  }
  return bytes;
}

/** Writes bytes to pieces, as far as they go. Of a forged snapshot they may lie outside RAM: nothing goes there. */
export function scatterInto(memory: PhysicalMemory, pieces: readonly Piece[], bytes: Uint8Array): void {
  let done = 0;
  for (const { address, length } of pieces) {
    if (done >= bytes.length || address + length > memory.size) return;
    memory.write(address, bytes.subarray(done, done + length));
    done += length;
  }
}
