/**
 * A machine image as data that can leave the process, and back.
 *
 * Compiled code stays behind unless it is asked for: it only makes things happen sooner. What must hold: data that comes back is checked
 * until a machine can take it over without reaching outside of its own memory; what is in its memory is the guest's
 * business.
 */

import { Cmos } from './devices/cmos.ts';
import type { Device, DeviceState } from './devices/device.ts';
import { Pit } from './devices/pit.ts';
import {
  digestImage as digestOfImage,
  Image,
  type Page,
  PROCESSOR_LENGTH,
  type SurroundingsState,
} from './image.ts';
import { ImageDataError } from './image-data-error.ts';
import { MOST_TICKS_PER_MICROSECOND, Scheduler, type AlarmState } from './scheduler.ts';
import { decodeCompiled, encodeCompiled } from './serialize-compiled.ts';
import type { MachineImage } from './types.ts';
import { Address, PAGE, TlbFlag, TRANSLATIONS_REMEMBERED, V86_VERSION } from './v86/internals.ts';

/** One page of guest RAM that is not all zero. */
export interface SerializedPage {
  /** Physical address divided by 4096. */
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** Processor, devices and time: plain data, bytes aside. */
export interface SerializedState {
  readonly ticksPerMicrosecond: number;
  readonly processor: Uint8Array;
  /** Pairs of little-endian words: virtual page, and physical page with flags. */
  readonly translations: Uint8Array;
  readonly surroundings: SurroundingsState;
}

export interface SerializedImage {
  readonly memoryBytes: number;
  readonly state: SerializedState;
  /** Ascending. */
  readonly pages: Iterable<SerializedPage>;
  /** Code compiled from the pages, and the rest of v86's memory that belongs to it. */
  readonly modules?: Uint8Array;
}

/** What makes a serialized image readable: the emulator's name and version, and the digest of its code. */
export interface EmulatorVersion {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
}

/**
 * Version of the layout of {@link SerializedState}: to be raised with every change of what an image's processor,
 * translations or devices consist of, because images of another layout must be refused.
 */
export const LAYOUT = 1;

/**
 * SHA-256 of `layout 1`, a newline, and v86.wasm. Written down, because reading and hashing 2 MB would cost each process 5 ms;
 * that v86.wasm is the one meant is checked when it is rewritten, and the number by a spec.
 */
const EMULATOR_SHA256 = 'd664e59f7b73d5a8aa311b1efd46c2392235f6bc36187e45ff13a61f9b48668f';

/** The emulator at work here. An image fits the same one only, because processor state is kept in its own layout. */
export function emulatorVersion(): EmulatorVersion {
  return { name: 'v86', version: `${V86_VERSION}, layout ${LAYOUT}`, sha256: EMULATOR_SHA256 };
}

/** SHA-256, in hexadecimal, of all that decides what a machine does next. Equal digests, equal machines. */
export function digestImage(image: MachineImage): string {
  return digestOfImage(ownImage(image));
}

/**
 * The image as data. Pages are the image's own: read them only.
 *
 * @param options `compiled`: true takes along the compiled code, where the image has any and this thread compiled it.
 */
export function serializeImage(
  image: MachineImage,
  options: { readonly compiled?: boolean } = {},
): SerializedImage {
  const own = ownImage(image);
  const modules =
    options.compiled === true && own.compiled !== undefined ? encodeCompiled(own.compiled) : undefined;
  const translations = Buffer.alloc(own.translations.length * 4);
  own.translations.forEach((word, i) => translations.writeUInt32LE(word, 4 * i));
  return {
    memoryBytes: own.memoryBytes,
    state: {
      ticksPerMicrosecond: own.ticksPerMicrosecond,
      processor: own.processor,
      translations: Uint8Array.from(translations),
      surroundings: own.surroundings,
    },
    pages: pagesOf(own.pages),
    ...(modules === undefined ? {} : { modules }),
  };
}

function* pagesOf(pages: readonly Page[]): Generator<SerializedPage> {
  for (let number = 0; number < pages.length; number++) {
    const bytes = pages[number];
    if (bytes !== undefined) yield { number, bytes };
  }
}

/**
 * The image that data stands for. Pages are taken over, not copied: nobody may write to them any more. `modules` is code that
 * will be run: give it only if it comes from someone you would run code of.
 *
 * @throws {@link ImageDataError} when it stands for none.
 */
export function deserializeImage(data: {
  readonly memoryBytes: number;
  readonly state: unknown;
  readonly pages: Iterable<SerializedPage>;
  readonly modules?: Uint8Array;
}): MachineImage {
  const { memoryBytes } = data;
  require('memory size', Number.isInteger(memoryBytes / MEBIBYTE) &&
    memoryBytes > 0 &&
    memoryBytes <= 2 ** 31);
  const state = record('state', data.state);
  const processor = bytes('processor', state['processor']);
  require('processor', processor.length === PROCESSOR_LENGTH);
  const view = new DataView(processor.buffer, processor.byteOffset, processor.byteLength);
  require('memory size', view.getUint32(Address.memorySize - Address.registers, true) === memoryBytes);
  const ticksPerMicrosecond = count('ticksPerMicrosecond', state['ticksPerMicrosecond']);
  require('ticksPerMicrosecond', ticksPerMicrosecond >= 1 &&
    ticksPerMicrosecond <= MOST_TICKS_PER_MICROSECOND);
  const pages = new Array<Page>(memoryBytes / PAGE).fill(undefined);
  for (const { number, bytes: content } of data.pages) {
    require(`page ${number}`, number < pages.length && content.length === PAGE);
    pages[number] = content;
  }
  return new Image({
    memoryBytes,
    ticksPerMicrosecond,
    pages,
    processor,
    translations: translationsOf(bytes('translations', state['translations']), memoryBytes),
    surroundings: surroundingsOf(record('surroundings', state['surroundings']), ticksPerMicrosecond),
    compiled: data.modules === undefined ? undefined : decodeCompiled(data.modules, memoryBytes),
  });
}

const MEBIBYTE = 2 ** 20;

const VIRTUAL_PAGES = 2 ** 20;

function translationsOf(data: Uint8Array, memoryBytes: number): Uint32Array {
  require('translations', data.length % 8 === 0 && data.length / 8 <= TRANSLATIONS_REMEMBERED);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const words = Uint32Array.from({ length: data.length / 4 }, (_, i) => view.getUint32(4 * i, true));
  for (let i = 0; i < words.length; i += 2) {
    const page = words[i] ?? 0;
    const value = words[i + 1] ?? 0;
    // Places above RAM and the display's are flagged: v86 asks for each access to them.
    const inRam = (value & -PAGE) >>> 0 < memoryBytes;
    require('translations', page < VIRTUAL_PAGES && (inRam || (value & TlbFlag.inMappedRange) !== 0));
  }
  return words;
}

/** Twice as many could not be counted one by one any more. At 1000 in a microsecond, 52 days. */
const MOST_TICKS = 2 ** 52;

function surroundingsOf(
  data: Readonly<Record<string, unknown>>,
  ticksPerMicrosecond: number,
): SurroundingsState {
  const { alarms, random } = data;
  const instructions = count('instructions', data['instructions']);
  const idleTicks = count('idleTicks', data['idleTicks']);
  require('time', instructions + idleTicks <= MOST_TICKS);
  require('random', Number.isInteger(random) && random === ((random as number) | 0));
  const nextOrder = count('nextOrder', data['nextOrder']);
  const scheduler = new Scheduler(
    () => instructions + idleTicks,
    ticksPerMicrosecond,
    () => undefined,
  );
  const found = record('devices', data['devices']);
  const devices = [new Pit(scheduler, () => undefined), new Cmos(scheduler, 0, 2 ** 20)];
  require('devices', Object.keys(found).length === devices.length);
  for (const device of devices) requireState(device, found[device.name]);
  const alarmCount = scheduler.save().alarms.length;
  require('alarms', Array.isArray(alarms) && alarms.length === alarmCount);
  return {
    devices: found as SurroundingsState['devices'],
    alarms: (alarms as unknown[]).map((alarm) => alarmOf(alarm, nextOrder)),
    nextOrder,
    instructions,
    idleTicks,
    random: random as number,
  };
}

/** Each state of a device has the shape of every other; what it may hold is the device's own business. */
function requireState(device: Device, state: unknown): void {
  require(device.name, sameShape(device.save(), state) && device.accepts(state as DeviceState));
}

/** True for the same keys, list lengths and types all the way down. */
function sameShape(example: unknown, found: unknown): boolean {
  if (typeof example !== 'object' || example === null) return typeof example === typeof found;
  if (typeof found !== 'object' || found === null || Array.isArray(example) !== Array.isArray(found))
    return false;
  const keys = Object.keys(example);
  return (
    keys.length === Object.keys(found).length &&
    keys.every((key) =>
      sameShape((example as Record<string, unknown>)[key], (found as Record<string, unknown>)[key]),
    )
  );
}

function alarmOf(data: unknown, nextOrder: number): AlarmState {
  if (data === null) return null;
  const alarm = record('alarm', data);
  const order = count('order', alarm['order']);
  require('alarm', order < nextOrder);
  return { tick: count('tick', alarm['tick']), order };
}

function ownImage(image: MachineImage): Image {
  if (!(image instanceof Image)) throw new TypeError('this image was not made by this emulator');
  return image;
}

function require(what: string, holds: boolean): void {
  if (!holds) throw new ImageDataError(`the ${what} of the image cannot be that of a machine`);
}

function record(what: string, data: unknown): Readonly<Record<string, unknown>> {
  require(what, typeof data === 'object' && data !== null && !Array.isArray(data));
  return data as Readonly<Record<string, unknown>>;
}

function bytes(what: string, data: unknown): Uint8Array {
  require(what, data instanceof Uint8Array);
  return data as Uint8Array;
}

function count(what: string, data: unknown): number {
  require(what, Number.isSafeInteger(data) && (data as number) >= 0);
  return data as number;
}
