/**
 * Packed structures that Era M has beside those of structs.ts, or instead of them.
 * Source: the ABI reference's companion for Era M, "Envelopes", "Messages", "initrd", "Calls" and "Signals".
 */
import type { StructLayout } from './structs.ts';

/** The 64-byte message, with process and thread of both sides. */
export const messageM = {
  name: 'message',
  size: 64,
  meaning: 'message of send and recv',
  fields: [
    { name: 'type', type: 'u8', offset: 0, meaning: 'NANVIX_MESSAGE_…' },
    { name: 'source_pid', type: 'i32', offset: 1, meaning: 'process that sends; the kernel writes it' },
    { name: 'source_tid', type: 'i32', offset: 5, meaning: 'thread that sends; the kernel writes it' },
    { name: 'destination_pid', type: 'i32', offset: 9, meaning: '0 is the host' },
    { name: 'destination_tid', type: 'i32', offset: 13, meaning: '0: any thread of the process' },
    { name: 'status', type: 'i32', offset: 17, meaning: '0 or a positive errno' },
    { name: 'payload', type: 'u8', offset: 21, count: 43, meaning: 'by type' },
  ],
} as const satisfies StructLayout;

/** Payload of a host message. */
export const hostPayloadM = {
  name: 'host_payload',
  size: 43,
  meaning: 'payload of a message of type NANVIX_MESSAGE_HOST',
  fields: [
    { name: 'header', type: 'u16', offset: 0, meaning: 'NANVIX_HOST_…' },
    { name: 'request', type: 'u32', offset: 2, meaning: 'repeated in the response; 0 belongs to no request' },
    { name: 'body', type: 'u8', offset: 6, count: 37, meaning: 'by header' },
  ],
} as const satisfies StructLayout;

/** Bulk data in pieces: what an envelope of kind scatter/gather points at. */
export const scatter = {
  name: 'scatter',
  size: 36,
  meaning: 'header of bulk data in pieces (push, pull)',
  fields: [
    { name: 'source_pid', type: 'i32', offset: 0, meaning: 'process that calls' },
    { name: 'source_tid', type: 'i32', offset: 4, meaning: 'thread that calls' },
    { name: 'destination_pid', type: 'i32', offset: 8, meaning: 'its peer' },
    { name: 'destination_tid', type: 'i32', offset: 12, meaning: 'its peer' },
    { name: 'operation', type: 'u16', offset: 16, meaning: 'NANVIX_BULK_…' },
    { name: 'segment_count', type: 'u16', offset: 18, meaning: 'pieces, the first below among them' },
    { name: 'total', type: 'u32', offset: 20, meaning: 'bytes of all pieces' },
    { name: 'next', type: 'u32', offset: 24, meaning: 'physical address of the next piece; 0: none' },
    { name: 'address', type: 'u32', offset: 28, meaning: 'physical address of the first bytes' },
    { name: 'length', type: 'u32', offset: 32, meaning: 'bytes there, within one page' },
  ],
} as const satisfies StructLayout;

/** A piece behind the first. */
export const scatterSegment = {
  name: 'scatter_segment',
  size: 12,
  meaning: 'one piece of bulk data',
  fields: [
    { name: 'next', type: 'u32', offset: 0, meaning: 'physical address of the next piece; 0: none' },
    { name: 'address', type: 'u32', offset: 4, meaning: 'physical address of the bytes' },
    { name: 'length', type: 'u32', offset: 8, meaning: 'bytes, within one page' },
  ],
} as const satisfies StructLayout;

/** Argument of push and pull. */
export const bulk = {
  name: 'bulk',
  size: 28,
  meaning: 'argument of push and pull',
  fields: [
    { name: 'pid', type: 'i32', offset: 0, meaning: 'the peer: 0 is the host' },
    { name: 'tid', type: 'i32', offset: 4, meaning: 'the peer' },
    { name: 'buffer', type: 'u32', offset: 8, meaning: 'address of the bytes' },
    { name: 'length', type: 'u32', offset: 12, meaning: 'bytes' },
    {
      name: 'timeout_kind',
      type: 'u32',
      offset: 16,
      meaning: 'values not known; ours waits without a limit',
    },
    { name: 'seconds', type: 'u32', offset: 20, meaning: 'of the timeout' },
    { name: 'nanoseconds', type: 'u32', offset: 24, meaning: 'of the timeout' },
  ],
} as const satisfies StructLayout;

/** Argument of sigaction. */
export const signalAction = {
  name: 'signal_action',
  size: 20,
  meaning: 'what a signal does',
  fields: [
    {
      name: 'handler',
      type: 'u32',
      offset: 0,
      meaning: '0: the default, 1: nothing, else the address of a function',
    },
    { name: 'mask', type: 'u64', offset: 4, meaning: 'signals kept back while the handler runs' },
    { name: 'flags', type: 'i32', offset: 12, meaning: 'NANVIX_SIGNAL_FLAG_…' },
    { name: 'reserved', type: 'u32', offset: 16, meaning: 'not used' },
  ],
} as const satisfies StructLayout;

/** Registers of the interrupted code, as a handler with SIGINFO sees them. */
export const signalContext = {
  name: 'signal_context',
  size: 560,
  meaning: 'registers of interrupted code',
  fields: [
    { name: 'eip', type: 'u32', offset: 0, meaning: 'next instruction' },
    { name: 'esp', type: 'u32', offset: 4, meaning: 'stack pointer' },
    { name: 'eflags', type: 'u32', offset: 8, meaning: 'flags' },
    { name: 'eax', type: 'u32', offset: 12, meaning: 'with edx: the result of an interrupted call' },
    { name: 'ebx', type: 'u32', offset: 16, meaning: 'register' },
    { name: 'ecx', type: 'u32', offset: 20, meaning: 'register' },
    { name: 'edx', type: 'u32', offset: 24, meaning: 'register' },
    { name: 'esi', type: 'u32', offset: 28, meaning: 'register' },
    { name: 'edi', type: 'u32', offset: 32, meaning: 'register' },
    { name: 'ebp', type: 'u32', offset: 36, meaning: 'register' },
    { name: 'cs', type: 'u32', offset: 40, meaning: 'code segment; not taken back' },
    { name: 'ss', type: 'u32', offset: 44, meaning: 'stack segment; not taken back' },
    { name: 'fpu', type: 'u8', offset: 48, count: 512, meaning: 'image of FXSAVE' },
  ],
} as const satisfies StructLayout;

/** Words in front of the registers in the save area. */
export const signalSave = {
  name: 'signal_save',
  size: 48,
  meaning: 'begin of the save area of a signal; a signal_context follows it',
  fields: [
    { name: 'magic', type: 'u32', offset: 0, meaning: 'NANVIX_SIGNAL_MAGIC' },
    { name: 'has_info', type: 'u32', offset: 4, meaning: '1: the handler got the two pointers' },
    { name: 'blocked', type: 'u64', offset: 8, meaning: 'signals kept back when it came' },
    { name: 'info', type: 'u32', offset: 16, count: 8, meaning: 'the signal, then zeros' },
  ],
} as const satisfies StructLayout;

/** What lies at ESP when a handler begins, with the save area behind it. */
export const signalFrame = {
  name: 'signal_frame',
  size: 16,
  meaning: 'stack of a handler when it begins; a signal_save follows it',
  fields: [
    { name: 'restorer', type: 'u32', offset: 0, meaning: 'where the handler returns to' },
    { name: 'signal', type: 'u32', offset: 4, meaning: 'first argument' },
    { name: 'info', type: 'u32', offset: 8, meaning: 'second argument, or 0' },
    { name: 'context', type: 'u32', offset: 12, meaning: 'third argument, or 0' },
  ],
} as const satisfies StructLayout;

/** Head of a bundle of programs. */
export const bundleHeader = {
  name: 'bundle_header',
  size: 16,
  meaning: 'head of a bundle of programs; its entries follow',
  fields: [
    { name: 'magic', type: 'u32', offset: 0, meaning: 'NANVIX_BUNDLE_MAGIC, the text NVMB' },
    { name: 'version', type: 'u32', offset: 4, meaning: '1' },
    { name: 'count', type: 'u32', offset: 8, meaning: 'programs, at most 32' },
    { name: 'reserved', type: 'u32', offset: 12, meaning: '0' },
  ],
} as const satisfies StructLayout;

/** One program of a bundle. */
export const bundleEntry = {
  name: 'bundle_entry',
  size: 16,
  meaning: 'one program of a bundle',
  fields: [
    {
      name: 'offset',
      type: 'u32',
      offset: 0,
      meaning: 'of its ELF file from the head, a multiple of a page',
    },
    { name: 'size', type: 'u32', offset: 4, meaning: 'bytes' },
    { name: 'command_line_offset', type: 'u32', offset: 8, meaning: 'of its command line from the head' },
    { name: 'command_line_size', type: 'u32', offset: 12, meaning: 'bytes' },
  ],
} as const satisfies StructLayout;

/** Every structure of this file, in an order in which C can declare them. */
export const structsM = [
  messageM,
  hostPayloadM,
  scatter,
  scatterSegment,
  bulk,
  signalAction,
  signalContext,
  signalSave,
  signalFrame,
  bundleHeader,
  bundleEntry,
] as const;
