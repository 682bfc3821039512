/** Which handler answers at which I/O port. The last claim of a port wins; unclaimed ports read as all ones and ignore writes. */

import type { Device } from './devices/device.ts';
import type { PortHandler, PortWidth, UnclaimedPortHandler } from './types.ts';

const FLOATING = { 1: 0xff, 2: 0xffff, 4: -1 } as const;

/** One claim; the object tells it from others of the same handler. */
interface Claim {
  readonly handler: PortHandler;
}

export class Ports {
  /** Of each port in the order in which they came: the last one answers. */
  private readonly claims = new Map<number, readonly Claim[]>();
  private readonly unclaimedHandlers = new Set<UnclaimedPortHandler>();

  /** @returns A function that ends the claim: whoever claimed the ports before answers again. */
  claim(ports: readonly number[], handler: PortHandler): () => void {
    const wrong = ports.find((port) => !Number.isInteger(port) || port < 0 || port > 0xffff);
    if (wrong !== undefined) throw new RangeError(`there is no port ${wrong}`);
    const claim = { handler };
    for (const port of ports) this.claims.set(port, [...(this.claims.get(port) ?? []), claim]);
    return () => {
      for (const port of ports) {
        const others = this.claims.get(port)?.filter((other) => other !== claim) ?? [];
        if (others.length > 0) this.claims.set(port, others);
        else this.claims.delete(port);
      }
    };
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

  /** @returns A function that takes the handler away again. */
  addUnclaimed(handler: UnclaimedPortHandler): () => void {
    // one function may be added twice, and each addition ends on its own
    const told: UnclaimedPortHandler = (port, access) => {
      handler(port, access);
    };
    this.unclaimedHandlers.add(told);
    return () => {
      this.unclaimedHandlers.delete(told);
    };
  }

  read(port: number, width: PortWidth): number {
    return this.handlerOf(port, 'read')?.read?.(width, port) ?? FLOATING[width];
  }

  write(port: number, width: PortWidth, value: number): void {
    this.handlerOf(port, 'write')?.write?.(value, width, port);
  }

  private handlerOf(port: number, access: 'read' | 'write'): PortHandler | undefined {
    const handler = this.claims.get(port)?.at(-1)?.handler;
    if (handler === undefined) for (const told of this.unclaimedHandlers) told(port, access);
    return handler;
  }
}
