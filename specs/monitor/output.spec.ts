/** What a program prints arrives, in order and apart, and each piece is answered. */
import { describe, expect, it } from 'vitest';
import { hostHeaders, messageTypes } from '../../images/abi/messages.ts';
import { ports } from '../../images/abi/ports.ts';
import { playGuest } from './guest.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe('output over the bus', () => {
  it('keeps standard output, standard error and the kernel console apart', () => {
    const guest = playGuest();
    guest.write(1, 1, 'out');
    guest.write(1, 2, 'err');
    for (const character of 'log') guest.fake.out(ports.console, character.charCodeAt(0), 1);
    const { stdout, stderr } = guest.monitor.streams;
    expect([text(stdout.bytes), text(stderr.bytes), text(guest.monitor.console.log.bytes)]).toEqual([
      'out',
      'err',
      'log',
    ]);
  });

  it('answers each piece with the bytes taken and one credit', () => {
    const guest = playGuest();
    guest.write(3, 1, 'hello');
    expect(guest.credits()).toBe(1);
    expect(guest.fetch()).toEqual({
      type: messageTypes.host,
      destination: -3,
      header: hostHeaders.writeResponse,
      count: 5,
    });
    expect(guest.credits()).toBe(0);
  });

  it('answers in the order of the requests', () => {
    const guest = playGuest();
    guest.write(1, 1, 'a');
    guest.write(2, 1, 'bc');
    expect([guest.fetch().count, guest.fetch().count]).toEqual([1, 2]);
  });

  it('tells the threads of two requests in flight apart', () => {
    const guest = playGuest();
    guest.request(1, 'writeRequest', 1, 3);
    guest.request(2, 'writeRequest', 2, 3);
    guest.push(2, 'two');
    guest.push(1, 'one');
    expect(text(guest.monitor.streams.stdout.bytes)).toBe('one');
    expect(text(guest.monitor.streams.stderr.bytes)).toBe('two');
  });

  it('answers a descriptor that is not an output with -1', () => {
    const guest = playGuest();
    guest.write(1, 7, 'x');
    expect(guest.fetch().count).toBe(-1);
  });

  it('drops bytes that no request announced, without an answer', () => {
    const guest = playGuest();
    guest.push(1, 'stray');
    expect(guest.credits()).toBe(0);
    expect(guest.stops).toEqual([]);
  });

  it('hands pieces to a listener as they come', () => {
    const seen: string[] = [];
    const guest = playGuest(undefined, {
      onOutput: (stream, bytes) => seen.push(`${stream} ${text(bytes)}`),
    });
    guest.write(1, 1, 'a');
    guest.write(1, 2, 'b');
    expect(seen).toEqual(['stdout a', 'stderr b']);
  });

  it('hands the console to a listener line by line', () => {
    const seen: string[] = [];
    const guest = playGuest(undefined, { onConsole: (bytes) => seen.push(text(bytes)) });
    for (const character of 'one\ntwo') guest.fake.out(ports.console, character.charCodeAt(0), 1);
    expect(seen).toEqual(['one\n']);
    guest.monitor.console.flush();
    expect(seen).toEqual(['one\n', 'two']);
  });
});

describe('the message interrupt', () => {
  it('stays quiet unless asked for', () => {
    const guest = playGuest();
    guest.write(1, 1, 'x');
    expect(guest.fake.lines).toEqual([]);
  });

  it('pulses line 9 for each message when asked for', () => {
    const guest = playGuest(undefined, { announceMessages: true });
    guest.write(1, 1, 'x');
    expect(guest.fake.lines).toEqual([
      { line: 9, level: false },
      { line: 9, level: true },
    ]);
  });
});
