/**
 * Packed, little-endian structures of the guest ABI, as data: the C headers with their static assertions and the
 * TypeScript readers and writers (layout.ts) both come from these tables.
 * Source: ABI reference, "Ports", "Boot" (pvclock), "Kernel calls" (mmio_info, thread_create, gettime).
 */
/** Scalar types of a field. `i64` and `u64` are bigint in TypeScript. */
export type ScalarType = 'u8' | 'i8' | 'u16' | 'u32' | 'i32' | 'u64';

/** One field. `count` makes it an array. */
export interface FieldLayout {
  readonly name: string;
  readonly type: ScalarType;
  /** Bytes from the start of the structure. */
  readonly offset: number;
  /** Number of elements of an array; absent for a scalar. */
  readonly count?: number;
  readonly meaning: string;
}

/** One structure. Fields are in order and leave no gaps. */
export interface StructLayout {
  /** Name in C after `nanvix_`. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly meaning: string;
  readonly fields: readonly FieldLayout[];
}

/** What the dword of the bus ports points at. */
export const envelope = {
  name: 'envelope',
  size: 24,
  meaning: 'what the dword written to the bus ports points at',
  fields: [
    {
      name: 'size',
      type: 'u64',
      offset: 0,
      meaning: 'bytes: of the message, of the data behind the header, of the log',
    },
    { name: 'kind', type: 'u64', offset: 8, meaning: 'NANVIX_ENVELOPE_…' },
    { name: 'address', type: 'u64', offset: 16, meaning: 'physical address' },
  ],
} as const satisfies StructLayout;

/** Bulk data of push and pull. */
export const dataChunk = {
  name: 'data_chunk',
  size: 24,
  meaning: 'header of bulk data (push, pull)',
  fields: [
    { name: 'source_pid', type: 'i32', offset: 0, meaning: 'process that sends' },
    { name: 'source_tid', type: 'i32', offset: 4, meaning: 'thread that sends' },
    { name: 'destination_pid', type: 'i32', offset: 8, meaning: 'process that receives' },
    { name: 'destination_tid', type: 'i32', offset: 12, meaning: 'thread that receives' },
    { name: 'address', type: 'u32', offset: 16, meaning: 'physical address of the data' },
    { name: 'length', type: 'u32', offset: 20, meaning: 'bytes, within one page' },
  ],
} as const satisfies StructLayout;

/** The 64-byte message of send and recv. */
export const message = {
  name: 'message',
  size: 64,
  meaning: 'message of send and recv',
  fields: [
    { name: 'type', type: 'u8', offset: 0, meaning: 'NANVIX_MESSAGE_…' },
    { name: 'source', type: 'i32', offset: 1, meaning: '-tid when a thread sends' },
    { name: 'destination', type: 'i32', offset: 5, meaning: '0 is the host' },
    { name: 'status', type: 'i32', offset: 9, meaning: '0 or a positive errno' },
    { name: 'payload', type: 'u8', offset: 13, count: 51, meaning: 'by type' },
  ],
} as const satisfies StructLayout;

/** Payload of a host message. */
export const hostPayload = {
  name: 'host_payload',
  size: 51,
  meaning: 'payload of a message of type NANVIX_MESSAGE_HOST',
  fields: [
    { name: 'header', type: 'u16', offset: 0, meaning: 'NANVIX_HOST_…' },
    { name: 'body', type: 'u8', offset: 2, count: 49, meaning: 'by header' },
  ],
} as const satisfies StructLayout;

/** Body of WriteRequest and ReadRequest. */
export const streamRequest = {
  name: 'stream_request',
  size: 8,
  meaning: 'body of a write request and of a read request',
  fields: [
    { name: 'fd', type: 'i32', offset: 0, meaning: 'file descriptor: 0 input, 1 output, 2 error' },
    { name: 'count', type: 'u32', offset: 4, meaning: 'bytes' },
  ],
} as const satisfies StructLayout;

/** Body of WriteResponse and ReadResponse. */
export const streamResponse = {
  name: 'stream_response',
  size: 4,
  meaning: 'body of a write response and of a read response',
  fields: [{ name: 'count', type: 'i32', offset: 0, meaning: 'bytes done; 0 of a read is end of file' }],
} as const satisfies StructLayout;

/** Argument of thread_create. */
export const threadArguments = {
  name: 'thread_arguments',
  size: 28,
  meaning: 'argument of thread_create',
  fields: [
    { name: 'has_tda', type: 'u32', offset: 0, meaning: '1 if tda is the base of the thread data area' },
    { name: 'tda', type: 'u32', offset: 4, meaning: 'base of the thread data area' },
    { name: 'function', type: 'u32', offset: 8, meaning: 'EIP of the thread' },
    { name: 'argument0', type: 'u32', offset: 12, meaning: 'EDX of the thread' },
    { name: 'argument1', type: 'u32', offset: 16, meaning: 'ECX of the thread' },
    { name: 'stack_base', type: 'u32', offset: 20, meaning: 'lowest address of the stack' },
    { name: 'stack_size', type: 'u32', offset: 24, meaning: 'bytes; ESP is base + size' },
  ],
} as const satisfies StructLayout;

/** Result of mmio_info. */
export const mmioInfo = {
  name: 'mmio_info',
  size: 12,
  meaning: 'result of mmio_info',
  fields: [
    { name: 'base', type: 'u32', offset: 0, meaning: 'address of the region' },
    { name: 'size', type: 'u32', offset: 4, meaning: 'bytes' },
    { name: 'protection', type: 'u32', offset: 8, meaning: 'NANVIX_PROTECTION_… bits' },
  ],
} as const satisfies StructLayout;

/** Result of gettime. */
export const time = {
  name: 'time',
  size: 12,
  meaning: 'result of gettime',
  fields: [
    { name: 'seconds', type: 'u64', offset: 0, meaning: 'seconds since 1970' },
    { name: 'nanoseconds', type: 'u32', offset: 8, meaning: 'below one thousand million' },
  ],
} as const satisfies StructLayout;

/** The clock page: KVM's pvclock structure, then the time of the boot. */
export const pvclock = {
  name: 'pvclock',
  size: 40,
  meaning: 'the clock page at NANVIX_PVCLOCK_PAGE_BASE',
  fields: [
    { name: 'version', type: 'u32', offset: 0, meaning: '0: no clock; odd: being written' },
    { name: 'pad0', type: 'u32', offset: 4, meaning: 'zero' },
    { name: 'tsc_timestamp', type: 'u64', offset: 8, meaning: 'TSC at which system_time held' },
    { name: 'system_time', type: 'u64', offset: 16, meaning: 'nanoseconds since the boot' },
    { name: 'multiplier', type: 'u32', offset: 24, meaning: 'nanoseconds per shifted TSC unit, times 2^32' },
    { name: 'shift', type: 'i8', offset: 28, meaning: 'left shift of the TSC difference; negative: right' },
    { name: 'flags', type: 'u8', offset: 29, meaning: 'of KVM; not used' },
    { name: 'pad1', type: 'u8', offset: 30, count: 2, meaning: 'zero' },
    { name: 'boot_time', type: 'u64', offset: 32, meaning: 'nanoseconds since 1970 at the boot' },
  ],
} as const satisfies StructLayout;

/** The control page, whose offsets `controlPage` of memory-map.ts names too. */
export const controlPageLayout = {
  name: 'control_page',
  size: 4096,
  meaning: 'the page at physical 0 that host and kernel share',
  fields: [
    { name: 'reserved0', type: 'u32', offset: 0, meaning: 'not used' },
    { name: 'credits', type: 'u32', offset: 0x04, meaning: 'messages that wait for the guest' },
    { name: 'pause_request', type: 'u32', offset: 0x08, meaning: 'not 0: the host asks for a pause' },
    { name: 'ramfs_base', type: 'u32', offset: 0x0c, meaning: 'physical address of the ramfs image' },
    { name: 'ramfs_size', type: 'u32', offset: 0x10, meaning: 'bytes; 0: there is none' },
    { name: 'reserved1', type: 'u8', offset: 0x14, count: 0xee8, meaning: 'not used' },
    { name: 'kernel_arguments_length', type: 'u16', offset: 0xefc, meaning: 'bytes' },
    { name: 'reserved2', type: 'u8', offset: 0xefe, count: 2, meaning: 'not used' },
    { name: 'kernel_arguments', type: 'u8', offset: 0xf00, count: 256, meaning: 'words between spaces' },
  ],
} as const satisfies StructLayout;

/** Every structure, in an order in which C can declare them. */
export const structs = [
  envelope,
  dataChunk,
  message,
  hostPayload,
  streamRequest,
  streamResponse,
  threadArguments,
  mmioInfo,
  time,
  pvclock,
  controlPageLayout,
] as const;
