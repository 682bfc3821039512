/** Which handler answers at which I/O port. The last claim of a port wins; unclaimed ports read as all ones and ignore writes. */

import type { Device } from './devices/device.ts';
import type { PortHandler, PortWidth } from './types.ts';

const FLOATING = { 1: 0xff, 2: 0xffff, 4: -1 } as const;

export class Ports {
  private readonly handlers = new Map<number, PortHandler>();
  /** Told of each access to a port that nobody claimed. */
  onUnclaimed: ((port: number, access: 'read' | 'write') => void) | undefined;

  claim(ports: readonly number[], handler: PortHandler): void {
    for (const port of ports) {
      if (!Number.isInteger(port) || port < 0 || port > 0xffff)
        throw new RangeError(`there is no port ${port}`);
      this.handlers.set(port, handler);
    }
  }

  /** Connects a device whose registers are bytes: a wider access reaches the following ports too. */
  connect(device: Device): void {
    const { handler } = device;
    this.claim(device.ports, {
      read: (width, port) => {
        let value = 0;
        for (let i = 0; i < width; i++) {
          const byte = device.ports.includes(port + i) ? handler.read?.(1, port + i) : undefined;
          value |= (byte ?? 0xff) << (8 * i);
        }
        return value;
      },
      write: (value, width, port) => {
        for (let i = 0; i < width; i++) {
          if (device.ports.includes(port + i)) handler.write?.((value >>> (8 * i)) & 0xff, 1, port + i);
        }
      },
    });
  }

  read(port: number, width: PortWidth): number {
    const handler = this.handlers.get(port);
    if (handler === undefined) this.onUnclaimed?.(port, 'read');
    return handler?.read?.(width, port) ?? FLOATING[width];
  }

  write(port: number, width: PortWidth, value: number): void {
    const handler = this.handlers.get(port);
    if (handler === undefined) this.onUnclaimed?.(port, 'write');
    else handler.write?.(value, width, port);
  }
}
