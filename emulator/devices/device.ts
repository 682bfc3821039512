/** What the machine and its devices agree on. A device is one file; it keeps all it knows in a state of plain data. */

import type { PortHandler } from '../types.ts';

/** State of a device: data that JSON can carry. */
export type DeviceState = Readonly<Record<string, unknown>>;

export interface Device<State extends DeviceState = DeviceState> {
  /** Key of the device's state in an image. */
  readonly name: string;
  /** The ports it answers at. */
  readonly ports: readonly number[];
  readonly handler: PortHandler;
  save(): State;
  /** Whether this device can be in a state of its own shape, at the present moment of its scheduler. */
  accepts(state: State): boolean;
  /** Takes the state over. Alarms and interrupt lines are restored by their owners, not here. */
  restore(state: State): void;
}

/** True for a whole number in a range, both ends included. */
export function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
