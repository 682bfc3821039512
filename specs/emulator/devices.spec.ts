/** The devices on their own, in a time that the specs move by hand. */

import { describe, expect, it } from 'vitest';
import { Cmos } from '../../emulator/devices/cmos.ts';
import { Pit, PIT_HERTZ } from '../../emulator/devices/pit.ts';
import { Scheduler } from '../../emulator/scheduler.ts';

const TICKS_PER_MICROSECOND = 1000;
const SECOND = TICKS_PER_MICROSECOND * 1e6;

/** Time that moves when told, alarm by alarm. */
class HandClock {
  tick = 0;
  readonly scheduler = new Scheduler(
    () => this.tick,
    TICKS_PER_MICROSECOND,
    () => undefined,
  );

  advanceTo(tick: number): void {
    for (let next = this.scheduler.nextTick(); next <= tick; next = this.scheduler.nextTick()) {
      this.tick = next;
      this.scheduler.ringDue();
    }
    this.tick = tick;
  }
}

describe('the scheduler', () => {
  it('rings alarms of one tick in the order in which they were set', () => {
    const clock = new HandClock();
    const rung: string[] = [];
    const first = clock.scheduler.alarm(() => rung.push('first made'));
    const second = clock.scheduler.alarm(() => rung.push('second made'));
    second.setAt(10);
    first.setAt(10);
    clock.advanceTo(10);
    expect(rung).toEqual(['second made', 'first made']);
  });

  it('does not ring an alarm cancelled before its tick', () => {
    const clock = new HandClock();
    let rung = 0;
    const alarm = clock.scheduler.alarm(() => rung++);
    alarm.setAt(5);
    alarm.cancel();
    clock.advanceTo(10);
    expect(rung).toBe(0);
  });

  it('an absolute tick replaces the one before', () => {
    const clock = new HandClock();
    const ticks: number[] = [];
    const alarm = clock.scheduler.alarm(() => ticks.push(clock.tick));
    alarm.setAt(5);
    alarm.setAt(8);
    clock.advanceTo(20);
    expect(ticks).toEqual([8]);
  });
});

function pit(): {
  clock: HandClock;
  device: Pit;
  pulses: number[];
  out: (port: number, ...bytes: number[]) => void;
} {
  const clock = new HandClock();
  const pulses: number[] = [];
  const device = new Pit(clock.scheduler, () => pulses.push(clock.tick));
  const out = (port: number, ...bytes: number[]): void => {
    for (const byte of bytes) device.handler.write?.(byte, 1, port);
  };
  return { clock, device, pulses, out };
}

const read = (device: Pit, port: number): number => device.handler.read?.(1, port) ?? -1;

describe('the interval timer', () => {
  it('at 1000 Hz interrupts a thousand times a second, without drift', () => {
    const { clock, pulses, out } = pit();
    out(0x43, 0x34);
    out(0x40, 1193 & 0xff, 1193 >> 8);
    clock.advanceTo(10 * SECOND);
    expect(pulses).toHaveLength(Math.floor((10 * PIT_HERTZ) / 1193));
    const last = pulses.at(-1) ?? 0;
    expect(last).toBe(clock.scheduler.ticksOf(pulses.length * 1193, PIT_HERTZ));
  });

  it('in mode 0 interrupts once, at the terminal count', () => {
    const { clock, pulses, out } = pit();
    out(0x43, 0x30);
    out(0x40, 0x00, 0x10);
    clock.advanceTo(SECOND);
    expect(pulses).toEqual([clock.scheduler.ticksOf(0x1000, PIT_HERTZ)]);
  });

  it('a latched count stands still until both bytes are read', () => {
    const { clock, device, out } = pit();
    out(0x43, 0x34);
    out(0x40, 0x00, 0x00);
    clock.advanceTo(clock.scheduler.ticksOf(100, PIT_HERTZ));
    out(0x43, 0x00);
    clock.advanceTo(clock.scheduler.ticksOf(5000, PIT_HERTZ));
    expect([read(device, 0x40), read(device, 0x40)]).toEqual([(65536 - 100) & 0xff, (65536 - 100) >> 8]);
    const next = read(device, 0x40) | (read(device, 0x40) << 8);
    expect(next).toBe(65536 - 5000);
  });

  it('channel 2 shows its output at port 0x61 once it has counted down', () => {
    const { clock, device, out } = pit();
    out(0x61, 0x01);
    out(0x43, 0xb0);
    out(0x42, 0xe8, 0x03);
    expect(read(device, 0x61) & 0x20).toBe(0);
    clock.advanceTo(clock.scheduler.ticksOf(1000, PIT_HERTZ));
    expect(read(device, 0x61) & 0x20).toBe(0x20);
  });

  it('goes on from a saved state as if nothing had been', () => {
    const one = pit();
    one.out(0x43, 0x34);
    one.out(0x40, 0x34, 0x12);
    one.clock.advanceTo(SECOND / 3);
    const two = pit();
    two.clock.tick = one.clock.tick;
    two.device.restore(structuredClone(one.device.save()));
    two.clock.scheduler.restore(structuredClone(one.clock.scheduler.save()));
    const before = one.pulses.length;
    one.clock.advanceTo(SECOND);
    two.clock.advanceTo(SECOND);
    expect(two.pulses).toEqual(one.pulses.slice(before));
    expect(read(two.device, 0x40)).toBe(read(one.device, 0x40));
  });
});

describe('the battery-backed clock', () => {
  const time = (bootTimeSeconds: number, tick: number): number[] => {
    const clock = new HandClock();
    clock.tick = tick;
    const cmos = new Cmos(clock.scheduler, bootTimeSeconds, 256 * 2 ** 20);
    return [0x32, 0x09, 0x08, 0x07, 0x04, 0x02, 0x00, 0x06].map((index) => {
      cmos.handler.write?.(index, 1, 0x70);
      return cmos.handler.read?.(1, 0x71) ?? -1;
    });
  };

  it('tells the boot time plus virtual time, in BCD', () => {
    const seconds = Date.UTC(2026, 10, 23, 23, 59, 58) / 1000;
    expect(time(seconds, 0)).toEqual([0x20, 0x26, 0x11, 0x23, 0x23, 0x59, 0x58, 2]);
    expect(time(seconds, 3 * SECOND)).toEqual([0x20, 0x26, 0x11, 0x24, 0x00, 0x00, 0x01, 3]);
  });

  it('knows leap years', () => {
    expect(time(Date.UTC(2024, 1, 29) / 1000, 0).slice(0, 4)).toEqual([0x20, 0x24, 0x02, 0x29]);
    expect(time(0, 0)).toEqual([0x19, 0x70, 0x01, 0x01, 0, 0, 0, 5]);
  });
});
