import { describe, expect, it } from 'vitest';
import { Connection } from '../../harness/debug/gdb/connection.ts';
import { frame, Framer, MAXIMUM_PACKET } from '../../harness/debug/gdb/framing.ts';
import { Signal } from '../../harness/debug/gdb/target.ts';
import { registerLayout } from '../../harness/debug/gdb/target-description.ts';
import type { GdbTarget, TargetStop } from '../../harness/debug/gdb/target.ts';

const trap = { kind: 'stopped', signal: Signal.trap, thread: 1 } as const satisfies TargetStop;

/** A target of 64 bytes of memory that runs until it is interrupted. */
class FakeTarget implements GdbTarget {
  readonly memory = new Uint8Array(64);
  threads = () => [{ id: 1, description: 'running' }];
  currentThread = () => 1;
  readonly registers: Uint8Array[] = registerLayout.map(({ bits }) => new Uint8Array(bits / 8));
  readRegister = (_thread: number, index: number) => this.registers[index];
  writeRegister = (_thread: number, index: number, bytes: Uint8Array) => {
    if (registerLayout[index]?.name === 'cs') return false;
    this.registers[index] = bytes;
    return true;
  };
  readMemory = (address: number, length: number) => this.memory.slice(address, address + length);
  writeMemory = (address: number, bytes: Uint8Array) => {
    if (address + bytes.length > this.memory.length) return false;
    this.memory.set(bytes, address);
    return true;
  };
  insertBreakpoint = () => true;
  removeBreakpoint = () => true;
  catchCalls = () => true;
  stop = () => trap;
  resume = (_action: unknown, signal: AbortSignal): Promise<TargetStop> =>
    new Promise((resolve) => {
      const stop = (): void => {
        resolve({ ...trap, signal: Signal.interrupt });
      };
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop);
    });
  monitor = async (line: string, print: (text: string) => void, signal: AbortSignal) => {
    print(`ran ${line}`);
    if (line === 'continue') await this.resume(line, signal);
  };
}

const registerBytes = registerLayout.reduce((sum, { bits }) => sum + bits / 8, 0);

function connect(target = new FakeTarget()): {
  connection: Connection;
  sent: () => string;
  left: string[];
} {
  const chunks: Uint8Array[] = [];
  const left: string[] = [];
  const connection = new Connection(target, {
    send: (bytes) => chunks.push(bytes),
    onLeave: (how) => left.push(how),
  });
  return { connection, left, sent: () => Buffer.concat(chunks).toString('latin1') };
}

const settle = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

describe('frames', () => {
  it('a stream may be cut anywhere, even inside a checksum', () => {
    const framer = new Framer();
    const frames = [...frame('qSupported'), 0x03, ...frame('m0,4')].flatMap((byte) =>
      framer.receive(Uint8Array.of(byte)),
    );
    expect(frames).toEqual([
      { kind: 'packet', payload: 'qSupported' },
      { kind: 'interrupt' },
      { kind: 'packet', payload: 'm0,4' },
    ]);
  });

  it('what must be escaped comes through', () => {
    expect(new Framer().receive(frame('a}b#c$d*e'))).toEqual([{ kind: 'packet', payload: 'a}b#c$d*e' }]);
  });

  it('a wrong checksum is told', () => {
    expect(new Framer().receive(Buffer.from('$g#00'))).toEqual([{ kind: 'damaged' }]);
  });

  it('a packet that is too long is told, and the next one is understood', () => {
    const framer = new Framer();
    expect(framer.receive(frame('x'.repeat(MAXIMUM_PACKET + 1)))).toEqual([{ kind: 'oversized' }]);
    expect(framer.receive(frame('g'))).toEqual([{ kind: 'packet', payload: 'g' }]);
  });
});

describe('packets', () => {
  const answers: readonly (readonly [string, string])[] = [
    ['vMustReplyEmpty', ''],
    ['m0,4', '00000000'],
    ['m40,4', 'E0e'],
    ['mzz,4', 'E16'],
    ['m0', 'E16'],
    ['m0,ffffffffff', 'E16'],
    ['M0,2:abcd', 'OK'],
    ['M0,2:abc', 'E16'],
    ['M3f,2:abcd', 'E0e'],
    ['Z9,0,1', ''],
    ['Z0,nowhere,1', 'E16'],
    ['Z0,1000,1', 'OK'],
    ['Z0,1000,1;X1,00', 'E16'],
    ['M3e,4:abcdabcd', 'E0e'],
    ['Mfffffffe,4:abcdabcd', 'E0e'],
    ['G', 'E16'],
    ['G00', 'E16'],
    ['G01000000', 'OK'],
    [`G${'00'.repeat(500)}`, 'E16'],
    [`G${'01'.repeat(registerBytes)}`, 'E16'],
    [`G${'00'.repeat(registerBytes)}`, 'OK'],
    [`G${'x'.repeat(8)}01000000`, 'OK'],
    ['Hc7', 'E03'],
    ['Hc1', 'OK'],
    ['p', 'E16'],
    ['P0=', 'OK'],
    ['Hg7', 'E03'],
    ['Hg0', 'OK'],
    ['T1', 'OK'],
    ['vCont?', 'vCont;c;C;s;S;r'],
    ['vCont;', 'E16'],
    ['qfThreadInfo', 'm1'],
    ['qXfer:features:read:other.xml:0,10', 'E00'],
    ['QCatchSyscalls:1;1c', 'OK'],
    ['QCatchSyscalls:2', 'E16'],
    ['', ''],
    ['bx', ''],
    ['?', 'T05thread:1;'],
  ];
  it.each(answers)('%j is answered %j', async (packet, payload) => {
    const { connection, sent } = connect();
    connection.receive(frame(packet));
    await settle();
    expect(sent()).toBe(`+${frame(payload).toString('latin1')}`);
  });

  it('registers are written all together or not at all', async () => {
    const target = new FakeTarget();
    const { connection } = connect(target);
    connection.receive(frame(`G${'01'.repeat(registerBytes)}`));
    await settle();
    expect(target.registers.every((bytes) => bytes.every((byte) => byte === 0))).toBe(true);
    connection.receive(frame('G01000000'));
    await settle();
    expect(target.registers[0]).toEqual(Buffer.of(1, 0, 0, 0));
  });

  it('a running target is interrupted, and packets that came meanwhile wait', async () => {
    const { connection, sent } = connect();
    connection.receive(frame('c'));
    connection.receive(frame('T1'));
    await settle();
    expect(sent()).toBe('++');
    connection.receive(Uint8Array.of(0x03));
    await settle();
    expect(sent()).toBe(`++${frame('T02thread:1;').toString()}${frame('OK').toString()}`);
  });

  it('nothing is acknowledged once gdb has asked for that', async () => {
    const { connection, sent } = connect();
    connection.receive(frame('QStartNoAckMode'));
    await settle();
    connection.receive(frame('T1'));
    await settle();
    expect(sent()).toBe(`+${frame('OK').toString().repeat(2)}`);
  });

  it('the last packet is sent again when it arrived damaged', async () => {
    const { connection, sent } = connect();
    connection.receive(frame('T1'));
    await settle();
    connection.receive(Buffer.from('-'));
    expect(sent()).toBe(`+${frame('OK').toString().repeat(2)}`);
  });

  it('monitor commands print on the console of gdb', async () => {
    const { connection, sent } = connect();
    connection.receive(frame(`qRcmd,${Buffer.from('calls').toString('hex')}`));
    await settle();
    expect(sent()).toContain(`O${Buffer.from('ran calls').toString('hex')}`);
  });

  it('a monitor command that lets the target go is interrupted', async () => {
    const { connection, sent } = connect();
    connection.receive(frame(`qRcmd,${Buffer.from('continue').toString('hex')}`));
    await settle();
    expect(sent().endsWith(frame('OK').toString())).toBe(false);
    connection.receive(Uint8Array.of(0x03));
    await settle();
    expect(sent().endsWith(frame('OK').toString())).toBe(true);
  });

  it('detach and kill are answered, then nothing more', async () => {
    const { connection, left, sent } = connect();
    connection.receive(frame('D'));
    connection.receive(frame('T1'));
    await settle();
    expect(left).toEqual(['detach']);
    expect(sent()).not.toContain(frame('OK').toString().repeat(2));
  });

  it('20,000 hostile packets are answered or dropped', async () => {
    const { connection, sent } = connect();
    const letters = 'gGpPmMXZzHTvqQDsScCbk?;:,=0123456789abcdef-\x00\xff}#$*';
    let x = 7;
    const random = (limit: number): number => {
      x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
      return x % limit;
    };
    for (let i = 0; i < 20_000; i++) {
      const text = Array.from({ length: random(24) }, () => letters[random(letters.length)] ?? '').join('');
      if (/^[DkcsCSb]|^v(Cont|Kill)/.test(text)) continue;
      connection.receive(random(4) === 0 ? Buffer.from(text, 'latin1') : frame(text));
      if (i % 64 === 0) await settle();
    }
    await settle();
    connection.receive(Buffer.from('#00'));
    connection.receive(frame('T1'));
    await settle();
    expect(sent().endsWith(frame('OK').toString())).toBe(true);
  });
});
