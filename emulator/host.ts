/** What v86 calls back for while it runs, and which part of the machine answers. */

import type { Lookout } from './lookout.ts';
import type { PendingStop } from './pending-stop.ts';
import type { Ports } from './ports.ts';
import type { Progress } from './progress.ts';
import type { RandomWords } from './random.ts';
import type { Host, V86Instance } from './v86/instance.ts';

export interface Answering {
  readonly ports: Ports;
  readonly progress: Progress;
  readonly random: RandomWords;
  readonly lookout: Lookout;
  readonly pending: PendingStop;
  /** Undefined while v86 is being made. */
  readonly instance: () => V86Instance | undefined;
  /** See {@link Host.instructionReached}. */
  readonly arrive: () => boolean;
  /** Makes the main loop come back after the instruction that is being executed. */
  readonly comeBack: () => void;
}

/** An error of a handler ends the run instead of breaking v86. */
export function createHost(answering: Answering): Host {
  const { ports, progress, random, lookout, pending, instance, arrive, comeBack } = answering;
  const guarded = <T>(fallback: T, call: () => T): T => pending.guarded(fallback, call, comeBack);
  return {
    readPort: (port, width) => guarded(0, () => ports.read(port, width)),
    writePort: (port, width, value) => {
      guarded(undefined, () => {
        ports.write(port, width, value);
      });
    },
    timestamp: () => (instance() === undefined ? 0 : progress.tick),
    random: () => random.next(),
    softwareInterrupt: (vector) => guarded(false, () => lookout.softwareInterrupt(vector)),
    interruptReturned: () => {
      guarded(undefined, () => {
        lookout.interruptReturned();
      });
    },
    instructionReached: () => guarded(false, arrive),
    interrupted: (vector) => {
      lookout.probes.interrupted(vector, progress.instructions);
    },
    interruptReturning: () => {
      lookout.probes.returning(progress.instructions);
    },
    memoryAccessed: (address, writing) => {
      const v86 = instance();
      return v86 !== undefined && lookout.memoryAccessed(v86, address, writing, comeBack);
    },
  };
}
