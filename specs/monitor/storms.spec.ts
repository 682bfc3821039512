/** A guest may ask much and fetch nothing: what waits for it is kept, in its order. */
import { expect, it } from 'vitest';
import { playGuest } from './guest.ts';

const REQUESTS = 5_000;

it('answers that nobody fetches wait in their order, and a snapshot in between has them all', () => {
  const guest = playGuest();
  for (let index = 0; index < REQUESTS; index += 1) guest.write(1 + (index % 100), 1, 'x');
  expect(guest.credits()).toBe(REQUESTS);
  const state = guest.monitor.capture();
  for (let index = 0; index < REQUESTS; index += 1) {
    const { destination, count } = guest.fetch();
    if (destination !== -(1 + (index % 100)) || count !== 1)
      expect([index, destination, count]).toBe('in order');
  }
  expect(guest.credits()).toBe(0);
  expect(state.inbox).toHaveLength(REQUESTS);
  expect(guest.stops).toEqual([]);
});
