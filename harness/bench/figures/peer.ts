/** Hello beside QEMU's TCG: ours divided by theirs, whole processes, run in turn. Below 1 we are faster. */
import { coldPeers, restorePeers, whyNoPeer } from '../peer.ts';
import type { Peers } from '../peer.ts';
import type { Figure, Measurement } from '../figure.ts';

async function ratioOf(peers: Promise<Peers>): Promise<Measurement> {
  const ready = await peers;
  return {
    sample: async () => {
      const { oursMs, theirsMs } = await ready.pair();
      return oursMs / theirsMs;
    },
    dispose: () => ready.dispose(),
  };
}

/** Fills the disk's caches; and what is kept between processes is found from the third run on. */
const WARM_UP = 3;

export const peerColdRatio: Figure = {
  name: 'peerColdRatio',
  unit: '',
  meaning: 'cold hello as a whole process, divided by QEMU’s',
  target: 1,
  samples: 7,
  warmUp: WARM_UP,
  whyNot: () => whyNoPeer(false),
  prepare: () => ratioOf(coldPeers()),
};

export const peerRestoreRatio: Figure = {
  name: 'peerRestoreRatio',
  unit: '',
  meaning: 'hello from a snapshot file as a whole process, divided by QEMU’s -loadvm',
  target: 1,
  samples: 7,
  warmUp: WARM_UP,
  whyNot: () => whyNoPeer(true),
  prepare: () => ratioOf(restorePeers()),
};
