/**
 * Reads the structures POSIX calls pass by pointer, as 32-bit musl and the system-call interface lay them out, and prints
 * the fields people look for.
 */
import { hex } from '../../../../emulator/hex.ts';
import type { GuestView } from '../guest-view.ts';
import { choiceText, flagsText, quote, timeText, type FlagTable } from '../values.ts';
import {
  addressFamilies,
  fileModeText,
  lockTypes,
  pollEvents,
  signalActionFlags,
  signals,
  whence,
} from './constants.ts';

/** A structure's size and how it is printed. */
interface Structure {
  readonly size: number;
  readonly print: (bytes: DataView, view: GuestView) => string;
}

const special: Readonly<Record<number, string>> = { 0: 'SIG_DFL', 1: 'SIG_IGN' };

const SIGNAL_MAXIMUM = 64;
const REAL_TIME_FIRST = 32;

function signalName(number: number): string {
  const name = signals[number];
  if (name !== undefined) return name.slice(3);
  return number === REAL_TIME_FIRST ? 'RTMIN' : `RT_${number - REAL_TIME_FIRST}`;
}

/** `[INT USR1]`, or `~[KILL STOP]` for most of them. */
function signalSet(bytes: DataView, offset: number): string {
  const halves = [bytes.getUint32(offset, true), bytes.getUint32(offset + 4, true)];
  if (halves.every((half) => half === 0)) return '[]';
  const isSet = (number: number): boolean =>
    (((halves[(number - 1) >> 5] ?? 0) >>> ((number - 1) & 31)) & 1) === 1;
  const names = (wanted: boolean): string[] =>
    Array.from({ length: SIGNAL_MAXIMUM }, (_, index) => index + 1)
      .filter((number) => isSet(number) === wanted)
      .map((number) => signalName(number));
  const set = names(true);
  return set.length > SIGNAL_MAXIMUM / 2 ? `~[${names(false).join(' ')}]` : `[${set.join(' ')}]`;
}

function cText(bytes: DataView, offset: number, length: number): string {
  const field = new Uint8Array(bytes.buffer, bytes.byteOffset + offset, length);
  const end = field.indexOf(0);
  return quote(field.subarray(0, end === -1 ? length : end), true);
}

const NOW_MARKER = 0x3fffffff;
const OMIT_MARKER = 0x3ffffffe;

/** A time that utimensat sets; it may be a word instead. */
function fileTimeText(seconds: bigint | number, nanoseconds: number): string {
  if (nanoseconds === NOW_MARKER) return 'UTIME_NOW';
  return nanoseconds === OMIT_MARKER ? 'UTIME_OMIT' : timeText(seconds, nanoseconds);
}

/** `RLIM64_INFINITY` where no limit is set. */
function limit(value: bigint): string {
  return value === 0xffff_ffff_ffff_ffffn ? 'RLIM64_INFINITY' : String(value);
}

export const structures = {
  timespec32: { size: 8, print: (b) => timeText(b.getInt32(0, true), b.getInt32(4, true)) },
  timespec64: { size: 16, print: (b) => timeText(b.getBigInt64(0, true), b.getInt32(8, true)) },
  timeval32: {
    size: 8,
    print: (b) => `{tv_sec=${b.getInt32(0, true)}, tv_usec=${b.getInt32(4, true)}}`,
  },
  twoTimevals32: {
    size: 16,
    print: (b) =>
      `{it_interval={tv_sec=${b.getInt32(0, true)}, tv_usec=${b.getInt32(4, true)}}, it_value={tv_sec=${b.getInt32(8, true)}, tv_usec=${b.getInt32(12, true)}}}`,
  },
  twoTimespecs32: {
    size: 16,
    print: (b) =>
      `[${fileTimeText(b.getInt32(0, true), b.getInt32(4, true))}, ${fileTimeText(b.getInt32(8, true), b.getInt32(12, true))}]`,
  },
  twoTimespecs64: {
    size: 32,
    print: (b) =>
      `[${fileTimeText(b.getBigInt64(0, true), b.getInt32(8, true))}, ${fileTimeText(b.getBigInt64(16, true), b.getInt32(24, true))}]`,
  },
  lock64: {
    size: 24,
    print: (b) =>
      `{l_type=${choiceText(b.getInt16(0, true), lockTypes)}, l_whence=${choiceText(b.getInt16(2, true), whence)}, l_start=${b.getBigInt64(4, true)}, l_len=${b.getBigInt64(12, true)}}`,
  },
  statfs64: {
    size: 84,
    print: (b) =>
      `{f_type=${hex(b.getUint32(0, true))}, f_bsize=${b.getUint32(4, true)}, f_blocks=${b.getBigUint64(8, true)}, f_bfree=${b.getBigUint64(16, true)}, f_bavail=${b.getBigUint64(24, true)}, ...}`,
  },
  tms: {
    size: 16,
    print: (b) => `{tms_utime=${b.getInt32(0, true)}, tms_stime=${b.getInt32(4, true)}, ...}`,
  },
  rusage: {
    size: 72,
    print: (b) =>
      `{ru_utime={tv_sec=${b.getInt32(0, true)}, tv_usec=${b.getInt32(4, true)}}, ru_stime={tv_sec=${b.getInt32(8, true)}, tv_usec=${b.getInt32(12, true)}}, ...}`,
  },
  sysinfo: {
    size: 64,
    print: (b) =>
      `{uptime=${b.getUint32(0, true)}, totalram=${b.getUint32(16, true)}, freeram=${b.getUint32(20, true)}, procs=${b.getUint16(40, true)}, mem_unit=${b.getUint32(52, true)}, ...}`,
  },
  /** musl/arch/i386/kstat.h */
  stat64: {
    size: 96,
    print: (b) => `{st_mode=${fileModeText(b.getUint32(16, true))}, st_size=${b.getBigInt64(44, true)}, ...}`,
  },
  statx: {
    size: 256,
    print: (b) =>
      `{stx_mode=${fileModeText(b.getUint16(28, true))}, stx_size=${b.getBigUint64(40, true)}, ...}`,
  },
  sigaction: {
    size: 20,
    print: (b, view) => {
      const handler = b.getUint32(0, true);
      const flags = flagsText(b.getUint32(4, true), signalActionFlags);
      return `{sa_handler=${special[handler] ?? view.pointer(handler)}, sa_mask=${signalSet(b, 12)}, sa_flags=${flags}}`;
    },
  },
  sigset: { size: 8, print: (b) => signalSet(b, 0) },
  rlimit64: {
    size: 16,
    print: (b) => `{rlim_cur=${limit(b.getBigUint64(0, true))}, rlim_max=${limit(b.getBigUint64(8, true))}}`,
  },
  rlimit32: { size: 8, print: (b) => `{rlim_cur=${b.getUint32(0, true)}, rlim_max=${b.getUint32(4, true)}}` },
  utsname: {
    size: 390,
    print: (b) =>
      `{sysname=${cText(b, 0, 65)}, nodename=${cText(b, 65, 65)}, release=${cText(b, 130, 65)}, ...}`,
  },
  word: { size: 4, print: (b) => `[${b.getInt32(0, true)}]` },
  twoWords: { size: 8, print: (b) => `[${b.getInt32(0, true)}, ${b.getInt32(4, true)}]` },
  wordHex: { size: 4, print: (b) => `[${hex(b.getUint32(0, true))}]` },
  offset64: { size: 8, print: (b) => `[${b.getBigInt64(0, true)}]` },
  windowSize: {
    size: 8,
    print: (b) => `{ws_row=${b.getUint16(0, true)}, ws_col=${b.getUint16(2, true)}}`,
  },
  cloneStart: {
    size: 8,
    print: (b, view) =>
      `{function=${view.pointer(b.getUint32(0, true))}, argument=${hex(b.getUint32(4, true))}}`,
  },
} as const satisfies Readonly<Record<string, Structure>>;

/** Name of a structure in {@link structures}. */
export type StructureName = keyof typeof structures;

/** A structure behind a pointer, or the pointer where nothing is mapped. */
export function structureText(name: StructureName, address: number, view: GuestView): string {
  const structure: Structure = structures[name];
  const bytes = address === 0 ? undefined : view.bytes(address, structure.size);
  return bytes === undefined ? view.pointer(address) : structure.print(bytes, view);
}

/** Where the name begins in an address of AF_UNIX, and bytes of the longest. Source: musl's sys/un.h. */
const NAME_OFFSET = 2;
const ADDRESS_MAXIMUM = 110;

/** `{sa_family=AF_UNIX, sun_path="/tmp/socket"}`; an abstract name is `@"name"`. */
export function addressText(address: number, length: number, view: GuestView): string {
  if (address === 0 || length >>> 0 < NAME_OFFSET) return view.pointer(address);
  const bytes = view.bytes(address, Math.min(length >>> 0, ADDRESS_MAXIMUM));
  if (bytes === undefined) return view.pointer(address);
  const family = choiceText(bytes.getUint16(0, true), addressFamilies);
  const named = bytes.byteLength - NAME_OFFSET;
  if (family !== 'AF_UNIX') return `{sa_family=${family}, ...}`;
  if (named === 0) return `{sa_family=${family}}`;
  if (bytes.getUint8(NAME_OFFSET) !== 0)
    return `{sa_family=${family}, sun_path=${cText(bytes, NAME_OFFSET, named)}}`;
  const name = new Uint8Array(bytes.buffer, bytes.byteOffset + NAME_OFFSET + 1, named - 1);
  return `{sa_family=${family}, sun_path=@${quote(name, true)}}`;
}

const VECTOR_MAXIMUM = 16;
/** IOV_MAX: no call takes more buffers, and what else is in the table is none. */
const VECTOR_LIMIT = 1024;
const BYTES_PER_VECTOR = 8;

/**
 * `[{iov_base="data", iov_len=4}]`.
 *
 * @param available How many bytes of the buffers hold data, together.
 */
export function vectorText(address: number, count: number, available: number, view: GuestView): string {
  const shown = Math.min(count, VECTOR_MAXIMUM);
  if (address === 0 || count >>> 0 > VECTOR_LIMIT) return view.pointer(address);
  const table = view.bytes(address, shown * BYTES_PER_VECTOR);
  if (table === undefined) return view.pointer(address);
  let left = available;
  const parts = Array.from({ length: shown }, (_, index) => {
    const base = table.getUint32(index * BYTES_PER_VECTOR, true);
    const length = table.getUint32(index * BYTES_PER_VECTOR + 4, true);
    const filled = Math.min(left, length);
    left -= filled;
    return `{iov_base=${view.quotedBytes(base, filled)}, iov_len=${length}}`;
  });
  return `[${parts.join(', ')}${count > shown ? ', ...' : ''}]`;
}

const BYTES_PER_POLL = 8;

/** `[{fd=0, events=POLLIN}]`; with what is ready once the call has returned. */
export function pollText(address: number, count: number, returned: boolean, view: GuestView): string {
  const shown = Math.min(count, VECTOR_MAXIMUM);
  const table = view.bytes(address, shown * BYTES_PER_POLL);
  if (address === 0 || table === undefined) return view.pointer(address);
  const flags = (value: number, names: FlagTable): string => flagsText(value, names);
  const parts = Array.from({ length: shown }, (_, index) => {
    const at = index * BYTES_PER_POLL;
    const ready = returned ? `, revents=${flags(table.getUint16(at + 6, true), pollEvents)}` : '';
    return `{fd=${table.getInt32(at, true)}, events=${flags(table.getUint16(at + 4, true), pollEvents)}${ready}}`;
  });
  return `[${parts.join(', ')}${count > shown ? ', ...' : ''}]`;
}

const DIRENT_HEADER = 19;

/** Names of the directory entries that getdents64 has filled in. */
export function entriesText(address: number, length: number, view: GuestView): string {
  const bytes = view.bytes(address, length);
  if (bytes === undefined) return view.pointer(address);
  const names: string[] = [];
  for (let at = 0; at + DIRENT_HEADER <= length;) {
    const size = bytes.getUint16(at + 16, true);
    if (size < DIRENT_HEADER || at + size > length) break;
    names.push(cText(bytes, at + DIRENT_HEADER, size - DIRENT_HEADER));
    at += size;
  }
  const shown = names.slice(0, VECTOR_MAXIMUM);
  return `[${shown.join(', ')}${names.length > shown.length ? `, ... ${names.length} entries` : ''}]`;
}

const SET_MAXIMUM = 1024;

/** `[1 3]`: the numbers whose bits are set. */
export function setText(address: number, bits: number, view: GuestView): string {
  const bytes = view.bytes(address, (Math.min(bits, SET_MAXIMUM) + 7) >>> 3);
  if (address === 0 || bytes === undefined) return view.pointer(address);
  const numbers = Array.from({ length: Math.min(bits, SET_MAXIMUM) }, (_, index) => index);
  return `[${numbers.filter((index) => ((bytes.getUint8(index >>> 3) >>> (index & 7)) & 1) !== 0).join(' ')}]`;
}

/** `["-c", "pass"]`. */
export function stringsText(address: number, view: GuestView): string {
  if (address === 0) return 'NULL';
  const texts: string[] = [];
  for (let index = 0; index <= VECTOR_MAXIMUM; index++) {
    const word = view.word(address + 4 * index);
    if (word === undefined) return view.pointer(address);
    if (word === 0) break;
    texts.push(index === VECTOR_MAXIMUM ? '...' : view.quotedString(word));
  }
  return `[${texts.join(', ')}]`;
}
