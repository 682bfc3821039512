/** A guest may ask much and fetch nothing: what waits for it is kept in order, whatever its length, and costs no more for that. */
import { expect, it } from 'vitest';
import { playGuest } from './guest.ts';

/** So many that a queue which is copied for each of them would not be done in the time a test has. */
const REQUESTS = 40_000;

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
