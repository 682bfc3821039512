/**
 * The guest's registers as gdb's bytes, and back.
 *
 * x87 and SSE registers come from an FXSAVE image; the one difference is the tag word, which FXSAVE abridges to a bit per
 * register and gdb wants with two. Source: Intel SDM volume 1, table 10-2 and section 8.1.7.
 */
import { REGISTER_NAMES, SEGMENT_NAMES } from '../../../emulator/types.ts';
import type { ControlRegister, RegisterName, SegmentName } from '../../../emulator/types.ts';
import { registerLayout } from './target-description.ts';

/** Where registers come from: the processor, or what the kernel saved of a thread that does not run. */
export interface RegisterSource {
  general(name: RegisterName): number;
  segment(name: SegmentName): number;
  control(index: ControlRegister): number;
  /** 512 bytes. */
  readonly fxImage: Uint8Array;
}

/** Where they go. */
export interface RegisterSink {
  setGeneral(name: RegisterName, value: number): void;
  setFxImage(image: Uint8Array): void;
}

const GENERAL: ReadonlySet<string> = new Set(REGISTER_NAMES);
const SEGMENTS: ReadonlySet<string> = new Set(SEGMENT_NAMES);

/** Fields of the FXSAVE image behind gdb's names: offset and bytes. */
const FX_FIELDS: Readonly<Record<string, readonly [offset: number, bytes: number]>> = {
  fctrl: [0, 2],
  fstat: [2, 2],
  fop: [6, 2],
  fioff: [8, 4],
  fiseg: [12, 2],
  fooff: [16, 4],
  foseg: [20, 2],
  mxcsr: [24, 2],
};
const FX_STATUS = 2;
const FX_TAG = 4;
const FX_STACK = 32;
const FX_XMM = 160;
const FX_SLOT = 16;
const STACK_REGISTER_BYTES = 10;
const TAG_VALID = 0;
const TAG_ZERO = 1;
const TAG_SPECIAL = 2;
const TAG_EMPTY = 3;
const EXPONENT_MASK = 0x7fff;

function wordBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value >>> 0, true);
  return bytes;
}

/** The tag of a register by what it holds. */
function tagOf(value: DataView): number {
  const exponent = value.getUint16(8, true) & EXPONENT_MASK;
  const low = value.getUint32(0, true);
  const high = value.getUint32(4, true);
  if (exponent === 0) return low === 0 && high === 0 ? TAG_ZERO : TAG_SPECIAL;
  if (exponent === EXPONENT_MASK || high >>> 31 === 0) return TAG_SPECIAL;
  return TAG_VALID;
}

function fullTagWord(image: Uint8Array): number {
  const view = new DataView(image.buffer, image.byteOffset, image.length);
  const top = (view.getUint16(FX_STATUS, true) >> 11) & 7;
  let tags = 0;
  for (let physical = 0; physical < 8; physical++) {
    const slot = FX_STACK + FX_SLOT * ((physical - top) & 7);
    const present = (((image[FX_TAG] ?? 0) >> physical) & 1) === 1;
    const tag = present
      ? tagOf(new DataView(image.buffer, image.byteOffset + slot, STACK_REGISTER_BYTES))
      : TAG_EMPTY;
    tags |= tag << (2 * physical);
  }
  return tags;
}

function slotOf(name: string): readonly [offset: number, bytes: number] | undefined {
  const match = /^(st|xmm)([0-7])$/.exec(name);
  if (match === null) return undefined;
  const index = Number(match[2]);
  return match[1] === 'st'
    ? [FX_STACK + FX_SLOT * index, STACK_REGISTER_BYTES]
    : [FX_XMM + FX_SLOT * index, FX_SLOT];
}

/** One register, or undefined for an index that no register has. */
export function encodeRegister(source: RegisterSource, index: number): Uint8Array | undefined {
  const name = registerLayout[index]?.name;
  if (name === undefined) return undefined;
  if (GENERAL.has(name)) return wordBytes(source.general(name as RegisterName));
  if (SEGMENTS.has(name)) return wordBytes(source.segment(name as SegmentName));
  const control = /^cr([0234])$/.exec(name)?.[1];
  if (control !== undefined) return wordBytes(source.control(Number(control) as ControlRegister));
  const image = source.fxImage;
  if (name === 'ftag') return wordBytes(fullTagWord(image));
  const slot = slotOf(name);
  if (slot !== undefined) return image.slice(slot[0], slot[0] + slot[1]);
  const [offset, bytes] = FX_FIELDS[name] ?? [0, 0];
  const out = new Uint8Array(4);
  out.set(image.subarray(offset, offset + bytes));
  return out;
}

/**
 * Writes one register.
 *
 * @returns False for registers that cannot be written (segments and control registers, whose hidden parts would not
 *   follow), for a value of more bits than the register has, for a wrong length and for an index that no register has.
 */
export function decodeRegister(
  source: RegisterSource,
  sink: RegisterSink,
  index: number,
  bytes: Uint8Array,
): boolean {
  const layout = registerLayout[index];
  if (bytes.length * 8 !== layout?.bits) return false;
  const { name } = layout;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (GENERAL.has(name)) {
    sink.setGeneral(name as RegisterName, view.getUint32(0, true));
    return true;
  }
  const image = Uint8Array.from(source.fxImage);
  const slot = slotOf(name);
  const field = FX_FIELDS[name];
  if (slot !== undefined) {
    image.set(bytes, slot[0]);
  } else if (name === 'ftag') {
    const tags = view.getUint16(0, true);
    if (view.getUint32(0, true) !== tags) return false;
    image[FX_TAG] = Array.from({ length: 8 }, (_, i) => ((tags >> (2 * i)) & 3) !== TAG_EMPTY).reduce(
      (bits, present, i) => bits | (Number(present) << i),
      0,
    );
  } else if (field !== undefined) {
    if (bytes.subarray(field[1]).some((byte) => byte !== 0)) return false;
    image.set(bytes.subarray(0, field[1]), field[0]);
  } else {
    // A segment or control register: accepted only if it does not change.
    const now = encodeRegister(source, index);
    return now !== undefined && Buffer.compare(now, bytes) === 0;
  }
  sink.setFxImage(image);
  return true;
}
