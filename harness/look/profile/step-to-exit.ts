/** Looks at every single instruction of a run: for what must be exact and not sampled. Some thirty million instructions a second. */
import type { Guest } from '../../guest/guest.ts';

/** Instructions between which the guest is not left: their log fits a processor's second cache. */
const LOGGED = 16_384;

/**
 * Calls `visit` with the linear address and the ring of each instruction that a guest executes, in order, until it has exited. The
 * guest stands some instructions further on by then.
 */
export function stepToExit(guest: Guest, visit: (address: number, ring: number) => void): void {
  const { machine, monitor } = guest;
  const log = { addresses: new Uint32Array(LOGGED), rings: new Uint8Array(LOGGED) };
  for (;;) {
    const { steps, stop } = machine.logSteps(log);
    for (let i = 0; i < steps; i++) visit(log.addresses[i] ?? 0, log.rings[i] ?? 0);
    if (stop.kind === 'requested' && monitor.exitStatus !== null) return;
  }
}
