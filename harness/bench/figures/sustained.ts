/** How fast guests run that run for a while: beside QEMU and stock v86, and by themselves. */
import { boot } from '../../guest/boot.ts';
import type { Guest } from '../../guest/guest.ts';
import type { Figure, Measurement } from '../figure.ts';
import { whyNoPeer } from '../peer.ts';
import { compileWork, sustained } from '../sustained.ts';
import type { PeerName } from '../sustained.ts';

const MICROSECONDS = 1e6;

async function beside(peer: PeerName): Promise<Measurement> {
  const works = await sustained();
  return { sample: () => works.ratio(peer), dispose: () => works.dispose() };
}

/** Runs crunch to its end in this process, and asks something of the guest then. */
async function ofCrunch(ask: (guest: Guest, seconds: number) => number): Promise<Measurement> {
  const program = await compileWork('crunch');
  return {
    sample: async () => {
      const guest = await boot({ program });
      const before = process.cpuUsage();
      guest.run();
      const answer = ask(guest, process.cpuUsage(before).user / MICROSECONDS);
      guest.dispose();
      return answer;
    },
  };
}

export const sustainedTcg: Figure = {
  name: 'sustainedTcg',
  unit: '',
  meaning: 'six works as whole processes, divided by QEMU’s; geometric mean',
  target: 1.2,
  samples: 3,
  // ours keeps code with the first run, and V8's of it with the second
  warmUp: 2,
  whyNot: () => whyNoPeer(false),
  prepare: () => beside('tcg'),
};

export const sustainedIcount: Figure = {
  ...sustainedTcg,
  name: 'sustainedIcount',
  meaning: 'the same, divided by QEMU’s counting instructions (-icount shift=0,sleep=off)',
  target: 1,
  prepare: () => beside('icount'),
};

export const sustainedStock: Figure = {
  name: 'sustainedStock',
  unit: '',
  meaning: 'the same, divided by v86’s as it comes from npm',
  target: 1.1,
  samples: 3,
  warmUp: 2,
  prepare: () => beside('stock'),
};

export const interpretedShare: Figure = {
  name: 'interpretedShare',
  unit: '',
  meaning: 'of the instructions of crunch (sort, sieve, matrices), those that were interpreted',
  target: 0.02,
  samples: 1,
  warmUp: 0,
  prepare: () => ofCrunch(({ machine }) => machine.hostWork.interpreted / machine.instructions),
};

export const hostMips: Figure = {
  name: 'hostMips',
  unit: 'M/s',
  meaning: 'instructions of crunch in a second of processor time',
  better: 'higher',
  samples: 3,
  warmUp: 1,
  prepare: () => ofCrunch(({ machine }, seconds) => machine.instructions / MICROSECONDS / seconds),
};
