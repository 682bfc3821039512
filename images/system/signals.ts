/** How a process ends that was interrupted, and has done what it had to do first. */
import { constants } from 'node:os';
import { isWindows, thisSystem, type System } from './system.ts';

/** What interrupts a command: Ctrl-C and, where there are signals, the usual request to end. */
export const INTERRUPTS = ['SIGINT', 'SIGTERM'] as const;
export type Interrupt = (typeof INTERRUPTS)[number];

const STATUS_OF_SIGNALS = 128;

const killSelf = (signal: Interrupt): void => {
  process.kill(process.pid, signal);
};

/**
 * Ends this process by the signal, as if it had not waited for it: a shell stops its script then. Nobody may listen for the signal
 * any more. Windows has no such end.
 *
 * @returns The status to end with, where this did not end it: what a shell makes of the signal.
 */
export function endBySignal(
  signal: Interrupt,
  system: System = thisSystem,
  kill: (signal: Interrupt) => void = killSelf,
): number {
  if (!isWindows(system)) kill(signal);
  return STATUS_OF_SIGNALS + constants.signals[signal];
}
