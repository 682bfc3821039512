/** The monitor's memory is captured and restored with the machine: nothing is lost, nothing is seen twice. */
import { describe, expect, it } from 'vitest';
import { playGuest } from './guest.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe('a captured monitor', () => {
  it('rewinds output, error output and console', () => {
    const guest = playGuest();
    guest.write(1, 1, 'kept ');
    const state = guest.monitor.capture();
    guest.write(1, 1, 'undone');
    guest.fake.out(0xe9, 0x21, 1);
    guest.monitor.restore(state);
    expect(text(guest.monitor.streams.stdout.bytes)).toBe('kept ');
    expect(guest.monitor.console.log.length).toBe(0);
  });

  it('is not changed by what is printed afterwards, before or after a restore', () => {
    const guest = playGuest();
    guest.write(1, 1, 'a');
    const state = guest.monitor.capture();
    guest.write(1, 1, 'b');
    const later = guest.monitor.capture();
    guest.monitor.restore(state);
    guest.write(1, 1, 'X');
    expect(text(state.streams.stdout)).toBe('a');
    expect(text(later.streams.stdout)).toBe('ab');
    expect(text(guest.monitor.streams.stdout.bytes)).toBe('aX');
  });

  it('delivers messages that were in flight', () => {
    const guest = playGuest();
    guest.write(1, 1, 'abc');
    const state = guest.monitor.capture();
    const memory = guest.fake.memory.read(0, 4096);
    guest.fetch();
    guest.monitor.restore(state);
    guest.fake.memory.write(0, memory);
    expect(guest.credits()).toBe(1);
    expect(guest.fetch().count).toBe(3);
  });

  it('remembers a request whose data has not come', () => {
    const guest = playGuest();
    guest.request(4, 'writeRequest', 1, 2);
    const state = guest.monitor.capture();
    const other = playGuest();
    other.monitor.restore(state);
    other.push(4, 'ok');
    expect(text(other.monitor.streams.stdout.bytes)).toBe('ok');
  });

  it('is plain data', () => {
    const guest = playGuest('input');
    guest.write(1, 1, 'x');
    guest.request(2, 'readRequest', 0, 3);
    const state = guest.monitor.capture();
    expect(structuredClone(state)).toEqual(state);
  });
});
