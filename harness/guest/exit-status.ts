/** The one number a run ends with, for command lines and results: the guest's own, or one that says why there is none. */
import { exitStatuses } from '../../images/abi/exit-status.ts';
import { isHalfway, type Stop } from './stop.ts';

/** Statuses that are not the guest's. */
export const harnessStatus = {
  /** The command was used wrongly, or a file it names is missing or unusable. */
  usage: 2,
  /** A test of CPython's did something else than the list of what is known not to pass says. */
  unexpected: 3,
  /** Something that the command was to write could not be written, for example because the disk is full. EX_IOERR of sysexits. */
  outputFailed: 74,
  /** The guest is of another era than was given, or than its files say. EX_PROTOCOL of sysexits. */
  eraContradiction: 76,
  /** A deadline passed: the guest timed out, it did not fail. The same number as of coreutils' timeout. */
  timedOut: 124,
  /** The run ended at a stop that is neither the guest's end nor a deadline, such as a pause. */
  stopped: 125,
  /** The guest's machine crashed, halted for ever or broke the monitor's protocol. Nanvix's number for a triple fault. */
  crashed: exitStatuses.tripleFault,
} as const;

/**
 * The exit status of a run: 0 to 65535 from a guest that shut down, else one of {@link harnessStatus}. A kernel of 2024 that has panicked
 * ends with 0 by itself; here it has the status of later kernels.
 */
export function exitStatusOf(stop: Stop): number {
  if (isHalfway(stop)) return harnessStatus.stopped;
  switch (stop.kind) {
    case 'exit':
      return stop.panic === undefined ? stop.status : exitStatuses.kernelPanic;
    case 'deadline':
      return harnessStatus.timedOut;
    case 'crash':
    case 'halted':
      return harnessStatus.crashed;
    case 'protocol-error':
      return stop.violation.contradictsEra === true ? harnessStatus.eraContradiction : harnessStatus.crashed;
  }
}
