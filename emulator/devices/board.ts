/** The devices that a machine has beside the monitor's: timer, clock, and what v86 keeps at home. */

import type { Ports } from '../ports.ts';
import type { Scheduler } from '../scheduler.ts';
import { OWN_PORTS, PORT_READ_EXPORT, PORT_WRITE_EXPORT } from '../v86/internals.ts';
import type { V86Instance } from '../v86/instance.ts';
import { Cmos } from './cmos.ts';
import type { Device } from './device.ts';
import { Pit } from './pit.ts';

export interface BoardOptions {
  readonly bootTimeSeconds: number;
  readonly memoryBytes: number;
}

/** @returns The devices whose state belongs to the machine's. */
export function connectDevices(
  ports: Ports,
  scheduler: Scheduler,
  v86: () => V86Instance,
  { bootTimeSeconds, memoryBytes }: BoardOptions,
): readonly Device[] {
  const devices = [
    new Pit(scheduler, () => {
      v86().setInterruptLine(0, false);
      v86().setInterruptLine(0, true);
    }),
    new Cmos(scheduler, bootTimeSeconds, memoryBytes),
  ];
  for (const device of devices) ports.connect(device);
  // The interrupt controllers: v86 comes here for accesses of which it sees a part only.
  const handler = {
    read: (_width: number, port: number) => v86().exports[PORT_READ_EXPORT](port),
    write: (value: number, _width: number, port: number) => {
      v86().exports[PORT_WRITE_EXPORT](port, value);
    },
  };
  ports.connect({ ports: OWN_PORTS, handler });
  return devices;
}
