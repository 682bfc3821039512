/** The clock page says the time, and the time only ever goes forward. */
import { describe, expect, it } from 'vitest';
import { guestTime, jumpForward, writePvclock } from '../../harness/guest/monitor/pvclock.ts';
import { fakeMachine } from '../support/fake-machine.ts';

const VERSION = 0x1000;
const BOOT = 1_800_000_000_000_000_000n;

describe('the clock page', () => {
  it('holds no clock before it is written', () => {
    expect(guestTime(fakeMachine().memory, 5)).toBeUndefined();
  });

  it('counts virtual nanoseconds from the boot time', () => {
    const { memory } = fakeMachine();
    writePvclock(memory, BOOT);
    expect(guestTime(memory, 1234)).toBe(BOOT + 1234n);
  });

  it("gives the same time by the protocol's own formula", () => {
    const { memory } = fakeMachine();
    writePvclock(memory, BOOT);
    const ticks = 987_654_321n;
    const shifted = ticks << BigInt(memory.read8(VERSION + 28));
    expect((shifted * BigInt(memory.read32(VERSION + 24))) >> 32n).toBe(ticks);
  });

  it('jumps forward under a new, even version', () => {
    const { memory } = fakeMachine();
    writePvclock(memory, BOOT);
    const before = memory.read32(VERSION);
    jumpForward(memory, 10n ** 18n);
    expect(guestTime(memory, 0)).toBe(BOOT + 10n ** 18n);
    expect(memory.read32(VERSION)).not.toBe(before);
    expect(memory.read32(VERSION) % 2).toBe(0);
  });
});
