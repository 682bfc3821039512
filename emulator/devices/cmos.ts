/**
 * The battery-backed clock and its memory (MC146818), at ports 0x70 and 0x71.
 *
 * Gives the time of day in BCD, 24 hours, and the sizes of memory that a BIOS would leave; raises no interrupts.
 * Time is the boot time given to the machine plus virtual time, so it is the same in every run.
 */

import type { Scheduler } from '../scheduler.ts';
import type { PortHandler } from '../types.ts';
import { isWithin, type Device } from './device.ts';

const PORT_INDEX = 0x70;

const STATUS_A = 0x0a;
const STATUS_B = 0x0b;
const STATUS_C = 0x0c;
const STATUS_D = 0x0d;
const DIVIDER_32768_HZ = 0x26;
const HOURS_24 = 0x02;
const BATTERY_GOOD = 0x80;

const bcd = (value: number): number => (Math.floor(value / 10) << 4) | (value % 10);

/** Year, month and day of a number of days since 1970-01-01 (civil calendar, proleptic Gregorian). */
function civilDate(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  };
}

export interface CmosState {
  readonly index: number;
  readonly memory: readonly number[];
  readonly [key: string]: unknown;
}

export class Cmos implements Device<CmosState> {
  readonly name = 'cmos';
  readonly ports = [PORT_INDEX, 0x71];
  readonly handler: PortHandler;
  #index = 0;
  #memory = new Uint8Array(128);
  readonly #scheduler: Scheduler;
  readonly #bootTimeSeconds: number;

  constructor(scheduler: Scheduler, bootTimeSeconds: number, memoryBytes: number) {
    this.#scheduler = scheduler;
    this.#bootTimeSeconds = bootTimeSeconds;
    this.#memory[STATUS_A] = DIVIDER_32768_HZ;
    this.#memory[STATUS_B] = HOURS_24;
    const kib = Math.min(memoryBytes / 1024 - 1024, 0xffff);
    const blocks = Math.max(0, memoryBytes / 65536 - 256);
    new DataView(this.#memory.buffer).setUint16(0x15, 640, true);
    new DataView(this.#memory.buffer).setUint16(0x17, kib, true);
    new DataView(this.#memory.buffer).setUint16(0x30, kib, true);
    new DataView(this.#memory.buffer).setUint16(0x34, blocks, true);
    this.handler = {
      write: (value, _width, port) => {
        if (port === PORT_INDEX) this.#index = value & 0x7f;
        else if (this.#index >= STATUS_A && this.#index !== STATUS_C && this.#index !== STATUS_D) {
          this.#memory[this.#index] = value & 0xff;
        }
      },
      read: (_width, port) => (port === PORT_INDEX ? 0xff : this.#read()),
    };
  }

  #read(): number {
    const seconds =
      this.#bootTimeSeconds + Math.floor(this.#scheduler.now() / (this.#scheduler.ticksPerMicrosecond * 1e6));
    const days = Math.floor(seconds / 86_400);
    const inDay = seconds - days * 86_400;
    switch (this.#index) {
      case 0x00:
        return bcd(inDay % 60);
      case 0x02:
        return bcd(Math.floor(inDay / 60) % 60);
      case 0x04:
        return bcd(Math.floor(inDay / 3600));
      case 0x06:
        return bcd(((((days + 4) % 7) + 7) % 7) + 1);
      case 0x07:
        return bcd(civilDate(days).day);
      case 0x08:
        return bcd(civilDate(days).month);
      case 0x09:
        return bcd(civilDate(days).year % 100);
      case 0x32:
        return bcd(Math.floor(civilDate(days).year / 100));
      case STATUS_C:
        return 0;
      case STATUS_D:
        return BATTERY_GOOD;
      default:
        return this.#memory[this.#index] ?? 0;
    }
  }

  save(): CmosState {
    return { index: this.#index, memory: [...this.#memory] };
  }

  accepts({ index, memory }: CmosState): boolean {
    return isWithin(index, 0, 0x7f) && memory.every((byte) => isWithin(byte, 0, 0xff));
  }

  restore(state: CmosState): void {
    this.#index = state.index;
    this.#memory = Uint8Array.from(state.memory);
  }
}
