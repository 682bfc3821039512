/** Looks at every single instruction of a run: for what must be exact and not sampled. Some million instructions a second. */
import type { Guest } from '../../guest/guest.ts';

/** Calls `before` with the machine standing before each instruction, until the guest has exited. */
export function stepToExit(guest: Guest, before: () => void): void {
  const { machine, monitor } = guest;
  do before();
  while (machine.step().kind !== 'requested' || monitor.exitStatus === null);
}
