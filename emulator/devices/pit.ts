/**
 * The 8254 interval timer: channel 0 (interrupt line 0) and channel 2 (speaker gate, read at port 0x61).
 *
 * Source: Intel 8254 data sheet. Modes 0, 2, 3 and 4 count; modes 1 and 5 need an edge of the gate, which only
 * channel 2 has. The counters are computed from virtual time when they are read; only the interrupts of channel 0
 * are alarms. What must hold: every period has the same length in timer clocks, so no drift builds up.
 */

import type { Alarm, Scheduler } from '../scheduler.ts';
import type { PortHandler } from '../types.ts';
import { isWithin, type Device } from './device.ts';

export const PIT_HERTZ = 1_193_182;

const PORT_CHANNEL_0 = 0x40;
const PORT_CONTROL = 0x43;
const PORT_SYSTEM_CONTROL = 0x61;

const SYSTEM_GATE = 0x01;
const SYSTEM_SPEAKER = 0x02;
const SYSTEM_REFRESH = 0x10;
const SYSTEM_OUTPUT = 0x20;

const Access = { latch: 0, low: 1, high: 2, lowHigh: 3 } as const;

interface Channel {
  mode: number;
  access: number;
  binaryCodedDecimal: boolean;
  /** What the guest wrote, 1 to 65536; 0 while it has written nothing since the control word. */
  reload: number;
  /** Timer clock at which counting began. */
  startClock: number;
  /** Low byte of a pair half written, or -1. */
  writtenLow: number;
  /** Whether the next read of a pair gives the high byte. */
  readHigh: boolean;
  latched: number;
  latchedStatus: number;
  gate: boolean;
}

const newChannel = (gate: boolean): Channel => ({
  mode: 3,
  access: Access.lowHigh,
  binaryCodedDecimal: false,
  reload: 0,
  startClock: 0,
  writtenLow: -1,
  readHigh: false,
  latched: -1,
  latchedStatus: -1,
  gate,
});

const fromDecimal = (value: number): number =>
  (value & 15) + ((value >> 4) & 15) * 10 + ((value >> 8) & 15) * 100 + ((value >> 12) & 15) * 1000;
const toDecimal = (value: number): number =>
  (value % 10) |
  ((Math.floor(value / 10) % 10) << 4) |
  ((Math.floor(value / 100) % 10) << 8) |
  ((Math.floor(value / 1000) % 10) << 12);

export interface PitState {
  readonly channels: readonly Readonly<Channel>[];
  readonly systemControl: number;
  readonly [key: string]: unknown;
}

export class Pit implements Device<PitState> {
  readonly name = 'pit';
  readonly ports = [0x40, 0x41, 0x42, PORT_CONTROL, PORT_SYSTEM_CONTROL];
  readonly handler: PortHandler;
  readonly #channels = [newChannel(true), newChannel(true), newChannel(false)];
  #systemControl = 0;
  readonly #scheduler: Scheduler;
  readonly #interrupt: Alarm;

  /** `pulse` is called at each rising edge of channel 0's output. */
  constructor(scheduler: Scheduler, pulse: () => void) {
    this.#scheduler = scheduler;
    this.#interrupt = scheduler.alarm(() => {
      pulse();
      this.#scheduleInterrupt();
    });
    this.handler = {
      write: (value, _width, port) => {
        this.#write(port, value & 0xff);
      },
      read: (_width, port) => this.#read(port),
    };
  }

  #clock(): number {
    return this.#scheduler.periodsAt(this.#scheduler.now(), PIT_HERTZ);
  }

  #channel(index: number): Channel {
    const channel = this.#channels[index];
    if (channel === undefined) throw new RangeError(`the timer has no channel ${index}`);
    return channel;
  }

  #write(port: number, value: number): void {
    if (port === PORT_SYSTEM_CONTROL) this.#writeSystemControl(value);
    else if (port === PORT_CONTROL) this.#writeControl(value);
    else this.#writeCounter(port - PORT_CHANNEL_0, value);
  }

  #read(port: number): number {
    if (port === PORT_SYSTEM_CONTROL) return this.#readSystemControl();
    if (port === PORT_CONTROL) return 0;
    return this.#readCounter(port - PORT_CHANNEL_0);
  }

  #writeControl(value: number): void {
    const index = value >> 6;
    if (index === 3) {
      this.#readBack(value);
      return;
    }
    const channel = this.#channel(index);
    const access = (value >> 4) & 3;
    if (access === Access.latch) {
      if (channel.latched < 0) channel.latched = this.#count(channel);
      return;
    }
    const mode = (value >> 1) & 7;
    Object.assign(channel, newChannel(channel.gate), {
      mode: mode > 5 ? mode - 4 : mode,
      access,
      binaryCodedDecimal: (value & 1) !== 0,
    });
    if (index === 0) this.#interrupt.cancel();
  }

  #readBack(value: number): void {
    this.#channels.forEach((channel, index) => {
      if ((value & (2 << index)) === 0) return;
      if ((value & 0x20) === 0 && channel.latched < 0) channel.latched = this.#count(channel);
      if ((value & 0x10) === 0 && channel.latchedStatus < 0) {
        channel.latchedStatus =
          (this.#output(channel) ? 0x80 : 0) |
          (channel.reload === 0 ? 0x40 : 0) |
          (channel.access << 4) |
          (channel.mode << 1) |
          (channel.binaryCodedDecimal ? 1 : 0);
      }
    });
  }

  #writeCounter(index: number, value: number): void {
    const channel = this.#channel(index);
    let count: number;
    if (channel.access === Access.lowHigh) {
      if (channel.writtenLow < 0) {
        channel.writtenLow = value;
        return;
      }
      count = channel.writtenLow | (value << 8);
      channel.writtenLow = -1;
    } else {
      count = channel.access === Access.low ? value : value << 8;
    }
    const limit = channel.binaryCodedDecimal ? 10_000 : 65_536;
    const decoded = channel.binaryCodedDecimal ? fromDecimal(count) : count;
    channel.reload = decoded === 0 ? limit : decoded;
    channel.startClock = this.#clock();
    if (index === 0) this.#scheduleInterrupt();
  }

  #readCounter(index: number): number {
    const channel = this.#channel(index);
    if (channel.latchedStatus >= 0) {
      const status = channel.latchedStatus;
      channel.latchedStatus = -1;
      return status;
    }
    const count = channel.latched >= 0 ? channel.latched : this.#count(channel);
    const high = channel.access === Access.high || (channel.access === Access.lowHigh && channel.readHigh);
    if (channel.access === Access.lowHigh) channel.readHigh = !channel.readHigh;
    if (!channel.readHigh) channel.latched = -1;
    return high ? count >> 8 : count & 0xff;
  }

  /** The counting element, 16 bits as the guest reads them. */
  #count(channel: Channel): number {
    if (channel.reload === 0) return 0;
    const limit = channel.binaryCodedDecimal ? 10_000 : 65_536;
    const elapsed = this.#clock() - channel.startClock;
    let count: number;
    if (!channel.gate) count = channel.reload;
    else if (channel.mode === 2) count = channel.reload - (elapsed % channel.reload);
    else if (channel.mode === 3) {
      // counts down by two, twice per period
      const even = channel.reload & ~1;
      count = even === 0 ? 1 : even - ((2 * elapsed) % even);
    } else count = (((channel.reload - elapsed) % limit) + limit) % limit;
    count %= limit;
    return channel.binaryCodedDecimal ? toDecimal(count) : count;
  }

  /** The level of a channel's output. */
  #output(channel: Channel): boolean {
    if (channel.reload === 0) return channel.mode !== 0;
    const elapsed = this.#clock() - channel.startClock;
    switch (channel.mode) {
      case 0:
        return elapsed >= channel.reload;
      case 2:
        return elapsed % channel.reload !== channel.reload - 1;
      case 3:
        return elapsed % channel.reload < (channel.reload + 1) >> 1;
      default:
        return elapsed !== channel.reload;
    }
  }

  /** Sets the alarm for the next rising edge of channel 0 after the present clock. */
  #scheduleInterrupt(): void {
    const channel = this.#channel(0);
    if (channel.reload === 0) return;
    const elapsed = this.#clock() - channel.startClock;
    let clock: number;
    if (channel.mode === 2 || channel.mode === 3) {
      clock = channel.startClock + (Math.floor(elapsed / channel.reload) + 1) * channel.reload;
    } else if ((channel.mode === 0 || channel.mode === 4) && elapsed < channel.reload) {
      clock = channel.startClock + channel.reload;
    } else {
      return;
    }
    this.#interrupt.setAt(this.#scheduler.ticksOf(clock, PIT_HERTZ));
  }

  #writeSystemControl(value: number): void {
    const channel = this.#channel(2);
    const gate = (value & SYSTEM_GATE) !== 0;
    if (gate && !channel.gate) channel.startClock = this.#clock();
    channel.gate = gate;
    this.#systemControl = value & (SYSTEM_GATE | SYSTEM_SPEAKER);
  }

  #readSystemControl(): number {
    // the refresh bit turns every 15 us: kernels of old wait for it
    const refresh = Math.floor(this.#clock() / 18) % 2 === 0 ? 0 : SYSTEM_REFRESH;
    const channel = this.#channel(2);
    const counting = channel.gate || channel.mode === 2 || channel.mode === 3;
    const output = counting && this.#output(channel) ? SYSTEM_OUTPUT : 0;
    return this.#systemControl | refresh | output;
  }

  save(): PitState {
    return {
      channels: this.#channels.map((channel) => ({ ...channel })),
      systemControl: this.#systemControl,
    };
  }

  accepts({ channels, systemControl }: PitState): boolean {
    const now = this.#clock();
    return (
      isWithin(systemControl, 0, SYSTEM_GATE | SYSTEM_SPEAKER) &&
      channels.every(
        (channel) =>
          isWithin(channel.mode, 0, 5) &&
          isWithin(channel.access, 0, Access.lowHigh) &&
          isWithin(channel.reload, 0, 65_536) &&
          isWithin(channel.startClock, 0, now) &&
          isWithin(channel.writtenLow, -1, 0xff) &&
          isWithin(channel.latched, -1, 0xffff) &&
          isWithin(channel.latchedStatus, -1, 0xff),
      )
    );
  }

  restore(state: PitState): void {
    state.channels.forEach((saved, index) => Object.assign(this.#channel(index), saved));
    this.#systemControl = state.systemControl;
  }
}
