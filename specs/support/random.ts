/** Numbers that are the same in each run of a spec. */

/** A whole number from 0 to below `below`. */
export type RandomNumber = (below: number) => number;

export function randomNumbers(seed: number): RandomNumber {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
