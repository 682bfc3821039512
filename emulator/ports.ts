/**
 * Which handler answers at which I/O port. The last claim of a port wins; unclaimed ports read as all ones and ignore writes.
 *
 * An access of two or four bytes belongs to its first port where that is claimed by one who takes accesses whole. Else it is
 * one to each of the ports that it reaches, as the bus of a PC splits it: whoever is at home there sees a byte of it.
 */

import type { Device } from './devices/device.ts';
import type { PortHandler, PortWidth, UnclaimedPortHandler } from './types.ts';

const FLOATING = { 1: 0xff, 2: 0xffff, 4: -1 } as const;

/** One claim; the object tells it from others of the same handler. */
interface Claim {
  readonly handler: PortHandler;
  /** Whether it takes an access of any width; else there is a byte at each of its ports. */
  readonly whole: boolean;
}

export class Ports {
  /** Of each port in the order in which they came: the last one answers. */
  readonly #claims = new Map<number, readonly Claim[]>();
  readonly #unclaimedHandlers = new Set<UnclaimedPortHandler>();

  /**
   * Gives each access that starts at one of these ports to the handler, whatever its width.
   *
   * @returns A function that ends the claim: whoever claimed the ports before answers again.
   */
  claim(ports: readonly number[], handler: PortHandler): () => void {
    return this.#add(ports, { handler, whole: true });
  }

  /** Connects a device that has a byte at each of its ports. */
  connect({ ports, handler }: Pick<Device, 'ports' | 'handler'>): void {
    this.#add(ports, { handler, whole: false });
  }

  #add(ports: readonly number[], claim: Claim): () => void {
    const wrong = ports.find((port) => !Number.isInteger(port) || port < 0 || port > 0xffff);
    if (wrong !== undefined) throw new RangeError(`there is no port ${wrong}`);
    for (const port of ports) this.#claims.set(port, [...(this.#claims.get(port) ?? []), claim]);
    return () => {
      for (const port of ports) {
        const others = this.#claims.get(port)?.filter((other) => other !== claim) ?? [];
        if (others.length > 0) this.#claims.set(port, others);
        else this.#claims.delete(port);
      }
    };
  }

  /** @returns A function that takes the handler away again. */
  addUnclaimed(handler: UnclaimedPortHandler): () => void {
    // one function may be added twice, and each addition ends on its own
    const told: UnclaimedPortHandler = (port, access) => {
      handler(port, access);
    };
    this.#unclaimedHandlers.add(told);
    return () => {
      this.#unclaimedHandlers.delete(told);
    };
  }

  read(port: number, width: PortWidth): number {
    const claims = this.#claimsOf(port, width);
    if (claims.length === 0) this.#tellUnclaimed(port, 'read');
    let value: number = FLOATING[width];
    for (const { handler, at, bytes } of claims) {
      const shift = 8 * (at - port);
      const mask = FLOATING[bytes] << shift;
      value = (value & ~mask) | (((handler.read?.(bytes, at) ?? -1) << shift) & mask);
    }
    return value;
  }

  write(port: number, width: PortWidth, value: number): void {
    const claims = this.#claimsOf(port, width);
    if (claims.length === 0) this.#tellUnclaimed(port, 'write');
    for (const { handler, at, bytes } of claims)
      handler.write?.(bytes === width ? value : (value >>> (8 * (at - port))) & 0xff, bytes, at);
  }

  /** Who takes part in an access, each with where and how many bytes. */
  #claimsOf(
    port: number,
    width: PortWidth,
  ): { readonly handler: PortHandler; readonly at: number; readonly bytes: PortWidth }[] {
    const first = this.#claims.get(port)?.at(-1);
    if (first?.whole === true) return [{ handler: first.handler, at: port, bytes: width }];
    const claims = [];
    for (let at = port; at < port + width; at++) {
      const handler = this.#claims.get(at)?.at(-1)?.handler;
      if (handler !== undefined) claims.push({ handler, at, bytes: 1 } as const);
    }
    return claims;
  }

  #tellUnclaimed(port: number, access: 'read' | 'write'): void {
    for (const told of this.#unclaimedHandlers) told(port, access);
  }
}
