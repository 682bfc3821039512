/** The stub as whoever reaches its port finds it: raw bytes against a real guest. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { debug, DebugTarget, serveGdb } from '../../harness/index.ts';
import type { DebugSession, GdbServer } from '../../harness/index.ts';
import { frame, Framer } from '../../harness/debug/gdb/framing.ts';
import { numbers } from '../debug/numbers.ts';
import { debugProgram } from '../debug/program.ts';
import { compileC } from '../support/programs.ts';

async function serve(session: DebugSession): Promise<GdbServer> {
  const server = await serveGdb(new DebugTarget(session));
  onTestFinished(() => server.close());
  return server;
}

const INTERRUPT = 3;

/** Somebody at the port: sends packets and waits for the answers. */
class Peer {
  readonly socket: Socket;
  readonly #answers: string[] = [];
  readonly #framer = new Framer();
  #waiting: ((answer: string) => void) | undefined;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.on('error', () => undefined);
    this.socket.on('data', (bytes) => {
      for (const received of this.#framer.receive(bytes)) {
        if (received.kind !== 'packet' || /^O(?!K$)/.test(received.payload)) continue;
        if (this.#waiting === undefined) this.#answers.push(received.payload);
        else this.#waiting(received.payload);
        this.#waiting = undefined;
      }
    });
    onTestFinished(() => {
      this.socket.destroy();
    });
  }

  send(payload: string): void {
    this.socket.write(frame(payload));
  }

  async answer(): Promise<string> {
    const ready = this.#answers.shift();
    if (ready !== undefined) return ready;
    return await new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  async ask(payload: string): Promise<string> {
    this.send(payload);
    return await this.answer();
  }

  /** The same, with an interrupt behind it: what lets the guest run comes back after a moment. */
  async askBriefly(payload: string): Promise<string> {
    this.socket.write(Buffer.concat([frame(payload), Buffer.of(INTERRUPT)]));
    return await this.answer();
  }
}

const closed = (socket: Socket): Promise<undefined> =>
  new Promise((resolve) => {
    socket.on('close', () => {
      resolve(undefined);
    });
  });

/** Connects as soon as the one before is gone for the server too. */
async function nextPeer(port: number): Promise<Peer> {
  for (;;) {
    const peer = new Peer(port);
    const answered = await Promise.race([peer.ask('?'), closed(peer.socket)]);
    if (answered !== undefined) return peer;
  }
}

const endless = async (): Promise<DebugSession> => {
  const program = await compileC('endless', 'volatile int n; int main(void) { for (;;) n++; }');
  const session = await debug({ program, memoryMiB: 128 });
  onTestFinished(() => {
    session.dispose();
  });
  return session;
};

it('a gdb that goes away in the middle of a run leaves the guest standing, for the next one', async () => {
  const session = await endless();
  const server = await serve(session);
  const first = new Peer(server.port);
  expect(await first.ask('?')).toMatch(/^T05/);
  first.send('c');
  while (session.position < 1_000_000) await new Promise(setImmediate);
  first.socket.destroy();
  const second = await nextPeer(server.port);
  const at = session.position;
  expect(await second.ask('bs')).toMatch(/^T05/);
  expect(session.position).toBe(at - 1);
});

it('a running guest is interrupted by the byte 3', async () => {
  const session = await endless();
  const peer = new Peer((await serve(session)).port);
  peer.send('c');
  while (session.position < 1_000_000) await new Promise(setImmediate);
  peer.socket.write(Buffer.of(INTERRUPT));
  expect(await peer.answer()).toMatch(/^T02/);
});

it('a second gdb is turned away while one is there', async () => {
  const server = await serve(await debugProgram());
  const first = new Peer(server.port);
  await first.ask('?');
  const second = new Peer(server.port);
  await closed(second.socket);
  expect(await first.ask('qC')).toBe('QC1');
});

it('only the loopback interface is listened at', async () => {
  const server = await serve(await debugProgram());
  const outside = connect(server.port, '127.0.0.2');
  const failed = await new Promise<boolean>((resolve) => {
    outside.on('error', () => {
      resolve(true);
    });
    outside.on('connect', () => {
      resolve(false);
    });
  });
  outside.destroy();
  expect(failed).toBe(true);
});

it('what is said to be written is written, and nothing else is', async () => {
  const session = await debugProgram();
  session.continue(9000);
  const peer = new Peer((await serve(session)).port);
  const registers = await peer.ask('g');
  expect(await peer.ask(`G${registers}`)).toBe('OK');
  expect(await peer.ask(`G78563412${registers.slice(8)}`)).toBe('OK');
  expect(session.machine.registers.get('eax')).toBe(0x1234_5678);
  expect(await peer.ask('G')).toBe('E16');
  expect(await peer.ask(`G${'ab'.repeat(registers.length / 2)}`)).toBe('E16');
  expect(session.machine.registers.get('eax')).toBe(0x1234_5678);
  // $cs cannot be set, $fctrl has 16 bits, no page is mapped there
  expect(await peer.ask('Pa=44000000')).toBe('E16');
  expect(await peer.ask('P18=7f030100')).toBe('E16');
  expect(await peer.ask('P18=7f020000')).toBe('OK');
  expect(await peer.ask('p18')).toBe('7f020000');
  expect(await peer.ask('Mffffffff,2:0000')).toBe('E0e');
  session.continue();
  for (const packet of [`G${'00'.repeat(registers.length / 2)}`, 'P0=00000000', 's1000']) {
    expect(await peer.ask(packet)).toBe('E16');
  }
  expect(await peer.ask('M40001000,1:00')).toBe('E0e');
});

it('watches of all kinds at one address are kept apart', async () => {
  const session = await debugProgram();
  const peer = new Peer((await serve(session)).port);
  const counter = session.resolve('counter').toString(16);
  for (const kind of ['2', '3', '4']) expect(await peer.ask(`Z${kind},${counter},4`)).toBe('OK');
  expect(await peer.ask(`Z2,${counter},4`)).toBe('OK');
  expect(session.stops.all).toHaveLength(3);
  expect(await peer.ask(`z4,${counter},4`)).toBe('OK');
  expect(await peer.ask('c')).toContain(`;watch:${counter};`);
  expect(await peer.ask(`z2,${counter},4`)).toBe('OK');
  expect(await peer.ask('c')).toContain(`;rwatch:${counter};`);
  expect(await peer.ask(`z3,${counter},4`)).toBe('OK');
  expect(await peer.ask('c')).toBe('W07');
});

it('whatever is asked of a real guest is answered, and the guest can still be used', async () => {
  const session = await debugProgram();
  const peer = new Peer((await serve(session)).port);
  const random = numbers(2 ** 32, 4711);
  const pick = <One>(...all: One[]): One =>
    all[Math.floor((random.next().value / 2 ** 32) * all.length)] as One;
  const number = (): string =>
    pick(
      '0',
      'ffffffff',
      'fffffff0',
      '8000',
      '40001000',
      'effffe00',
      '100000',
      random.next().value.toString(16),
    );
  const size = (): string => pick('0', '1', '2', '4', '1000', '5000', 'ffffffff');
  const monitor = (line: string): string => `qRcmd,${Buffer.from(line).toString('hex')}`;
  const packets: (() => string)[] = [
    () =>
      pick(
        '?',
        'g',
        'qC',
        'qfThreadInfo',
        'vCont?',
        'p',
        'P',
        'm',
        'M',
        'Z',
        'z',
        'H',
        'qRcmd',
        'vCont;x',
        'R00',
      ),
    () => `m${number()},${size()}`,
    () => `M${number()},4:${pick('deadbeef', 'dead', 'xyzw1234')}`,
    () => `G${'00'.repeat(pick(0, 4, 344, 500))}`,
    () => `p${pick('0', '8', '9', '10', '18', '29', 'ff')}`,
    () =>
      `P${pick('0', '8', '9', '10', '18', '29', 'ff')}=${pick('00000000', 'ffffffff', '0', 'ab'.repeat(10))}`,
    () => `${pick('Z', 'z')}${pick('0', '1', '2', '3', '4', '5')},${number()},${size()}`,
    () => pick('s', 'bs', 'bc', `s${number()}`, `vCont;r${number()},${number()}:1`, 'vCont;s:1'),
    () =>
      monitor(
        pick(
          'where',
          'stack',
          'files',
          'threads',
          'back 5',
          'goto 9000',
          'call',
          'fail mmap ENOMEM',
          'registers all',
        ),
      ),
  ];
  for (let i = 0; i < 300; i++) {
    const packet = pick(...packets)();
    expect(await peer.askBriefly(packet), packet).not.toMatch(/^E05/);
  }
  expect(await peer.ask(monitor('delete'))).toBe('OK');
  session.restore((await debugProgram()).capture());
  expect(session.continue()).toMatchObject({ kind: 'exit', status: 7 });
});
