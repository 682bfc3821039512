/** Works that run for a while: the same is printed here, in QEMU and in stock v86, and what is hot in them is compiled. */
import { describe, expect, it } from 'vitest';
import { interpretedShare } from '../../harness/bench/figures/sustained.ts';
import { measure } from '../../harness/bench/figure.ts';
import { sustained } from '../../harness/bench/sustained.ts';
import { lacks } from '../support/tools.ts';

const peers = [
  { peer: 'icount', needs: ['qemu-system-i386'] },
  { peer: 'stock', needs: [] },
] as const;

describe.each(peers)('the works beside the peer $peer', ({ peer, needs }) => {
  it.skipIf(lacks(...needs))(
    'print the same in both, and give a ratio',
    async () => {
      const works = await sustained();
      try {
        // a work that prints something else rejects
        expect(await works.ratio(peer)).toBeGreaterThan(0);
      } finally {
        await works.dispose();
      }
    },
    300_000,
  );
});

describe('crunch', () => {
  it('is compiled, but for a hundredth of its instructions', async () => {
    expect((await measure(interpretedShare)).median).toBeLessThan(0.01);
  }, 60_000);
});
