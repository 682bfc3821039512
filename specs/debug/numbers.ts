/** Numbers from 0 up to a limit that look random and repeat with their seed. */
export function* numbers(limit: number, seed = 12345): Generator<number, never> {
  for (let x = seed; ;) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    yield Math.floor((x / 2 ** 32) * limit);
  }
}
