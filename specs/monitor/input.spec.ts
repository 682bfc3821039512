/** Standard input reaches the guest whole, in order, and ends. */
import { describe, expect, it } from 'vitest';
import { hostHeaders, messageTypes } from '../../images/abi/messages.ts';
import type { InputSource } from '../../harness/guest/options.ts';
import { playGuest } from './guest.ts';
import type { PlayedGuest } from './guest.ts';

function read(guest: PlayedGuest, count: number): string {
  guest.request(1, 'readRequest', 0, count);
  guest.pull(1, count);
  guest.fetch();
  return guest.buffer(count).slice(0, Math.max(0, guest.fetch().count));
}

describe('input over the bus', () => {
  it('answers the pull, with the bytes, then the read', () => {
    const guest = playGuest('hello');
    guest.request(1, 'readRequest', 0, 64);
    guest.pull(1, 64);
    expect(guest.fetch().type).toBe(messageTypes.pullResponse);
    expect(guest.buffer(64)).toBe('hello');
    expect(guest.fetch()).toMatchObject({ header: hostHeaders.readResponse, count: 5, destination: -1 });
  });

  it('gives no more than was asked for and goes on from there', () => {
    const guest = playGuest('abcdef');
    expect([read(guest, 4), read(guest, 4)]).toEqual(['abcd', 'ef']);
  });

  it('is at its end when nothing was given', () => {
    expect(read(playGuest(), 8)).toBe('');
  });

  it('stays at its end', () => {
    const guest = playGuest('x');
    expect([read(guest, 8), read(guest, 8), read(guest, 8)]).toEqual(['x', '', '']);
  });

  it('asks a function for the next piece only when the guest reads', () => {
    const pieces = ['one', 'two'];
    let asked = 0;
    const guest = playGuest(() => {
      asked += 1;
      const piece = pieces.shift();
      return piece === undefined ? undefined : new TextEncoder().encode(piece);
    });
    expect(asked).toBe(0);
    expect([read(guest, 8), read(guest, 8), read(guest, 8)]).toEqual(['one', 'two', '']);
  });

  it('answers a descriptor that is not the input with no bytes and -1', () => {
    const guest = playGuest('x');
    guest.request(1, 'readRequest', 5, 8);
    guest.pull(1, 8);
    guest.fetch();
    expect(guest.fetch().count).toBe(-1);
  });

  it('stops the run while an asynchronous source has nothing, and answers once it has', async () => {
    const guest = playGuest(delayed('late'));
    guest.request(1, 'readRequest', 0, 8);
    guest.pull(1, 8);
    expect(guest.stops).toEqual([{ kind: 'input' }]);
    expect(guest.credits()).toBe(0);
    await guest.monitor.streams.input.ready(guest.monitor.streams.position);
    guest.monitor.resume();
    expect(guest.credits()).toBe(2);
    guest.fetch();
    expect(new TextDecoder().decode(guest.fake.memory.read(0x13000, 4))).toBe('late');
  });

  it('is read again in the same portions after a restore', () => {
    const pieces = ['ab', 'cd'];
    const guest = playGuest(() => {
      const piece = pieces.shift();
      return piece === undefined ? undefined : new TextEncoder().encode(piece);
    });
    const start = guest.monitor.capture();
    const first = [read(guest, 8), read(guest, 8), read(guest, 8)];
    guest.monitor.restore(start);
    expect([read(guest, 8), read(guest, 8), read(guest, 8)]).toEqual(first);
  });
});

async function* delayed(text: string): AsyncGenerator<string> {
  await Promise.resolve();
  yield text;
}

describe('sources of input', () => {
  const sources: [string, () => InputSource][] = [
    ['text', () => 'same'],
    ['bytes', () => new TextEncoder().encode('same')],
    ['a function', () => once(new TextEncoder().encode('same'))],
  ];
  it.each(sources)('%s gives the same bytes', (_name, source) => {
    expect(read(playGuest(source()), 16)).toBe('same');
  });
});

function once(bytes: Uint8Array): () => Uint8Array | undefined {
  let rest: Uint8Array | undefined = bytes;
  return () => {
    const piece = rest;
    rest = undefined;
    return piece;
  };
}
