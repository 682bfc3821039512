/** What a guest draws as random: a sequence that its seed decides, as words of 32 bits. */

/** The word that stands for a seed of 0, which the generator would never leave. */
const IN_PLACE_OF_ZERO = 0x6d2b79f5;

export class RandomWords {
  /** The word drawn last, or the seed. */
  state: number;

  constructor(seed: number) {
    this.state = seed | 0;
  }

  next(): number {
    // xorshift32: any word but 0 leads through all others
    let x = this.state === 0 ? IN_PLACE_OF_ZERO : this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return x;
  }
}
