/**
 * gdb over TCP, on the loopback interface and no other: whoever reaches this port owns the guest.
 *
 * One gdb at a time; a second one is turned away. A connection that breaks leaves the guest where it stands, for the next.
 */
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { InputError } from '../../guest/errors.ts';
import { Connection } from './connection.ts';
import type { Leave } from './connection.ts';
import type { GdbTarget } from './target.ts';
import { checkNumber } from '../../guest/check-number.ts';

const LOOPBACK = '127.0.0.1';

export interface GdbServer {
  /** The port it listens at. */
  readonly port: number;
  /** Resolves when gdb has detached from the guest or killed it, or has gone after the guest's end. */
  readonly left: Promise<Leave>;
  /** Ends the connection and stops listening. */
  close(): Promise<void>;
}

/**
 * Waits for gdb.
 *
 * @param port 0 chooses a free one.
 * @throws InputError when the port cannot be had.
 */
export async function serveGdb(target: GdbTarget, port = 0): Promise<GdbServer> {
  checkNumber('the port', port, { most: 65_535 });
  let socket: Socket | undefined;
  let leave: (how: Leave) => void = () => undefined;
  const left = new Promise<Leave>((resolve) => {
    leave = resolve;
  });
  const server = createServer((incoming) => {
    if (socket !== undefined) {
      incoming.destroy();
      return;
    }
    socket = incoming;
    incoming.setNoDelay(true);
    const connection = new Connection(target, {
      send: (bytes) => {
        if (!incoming.destroyed) incoming.write(bytes);
      },
      onLeave: (how) => {
        incoming.end();
        leave(how);
      },
    });
    incoming.on('data', (bytes: Buffer) => {
      connection.receive(bytes);
    });
    incoming.on('error', () => undefined);
    incoming.on('close', () => {
      connection.close();
      socket = undefined;
    });
  });
  await listen(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    left,
    close: async () => {
      socket?.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    },
  };
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new InputError(
          `gdb cannot be waited for at port ${port} (${error.code ?? error.message}): give another`,
        ),
      );
    });
    server.listen(port, LOOPBACK, resolve);
  });
}
