/**
 * A machine without a processor: memory, ports and recorded requests, for specs of what the monitor does to them. A spec plays
 * the guest by writing to memory and to ports.
 */
import type {
  Machine,
  PhysicalMemory,
  PortHandler,
  PortWidth,
  RegisterName,
  TrapDecision,
  TrapHandler,
  UnclaimedPortHandler,
} from '../../emulator/types.ts';

class FakeMemory implements PhysicalMemory {
  readonly size: number;
  readonly #view: DataView;
  readonly #bytes: Uint8Array;

  constructor(size: number) {
    this.size = size;
    this.#bytes = new Uint8Array(size);
    this.#view = new DataView(this.#bytes.buffer);
  }

  read8 = (address: number): number => this.#view.getUint8(address);
  read16 = (address: number): number => this.#view.getUint16(address, true);
  read32 = (address: number): number => this.#view.getUint32(address, true);
  write8 = (address: number, value: number): void => {
    this.#view.setUint8(address, value);
  };
  write16 = (address: number, value: number): void => {
    this.#view.setUint16(address, value, true);
  };
  write32 = (address: number, value: number): void => {
    this.#view.setUint32(address, value, true);
  };

  read(address: number, length: number): Uint8Array {
    this.#check(address, length);
    return this.#bytes.slice(address, address + length);
  }

  write(address: number, bytes: Uint8Array): void {
    this.#check(address, bytes.length);
    this.#bytes.set(bytes, address);
  }

  fill(address: number, length: number, value: number): void {
    this.#check(address, length);
    this.#bytes.fill(value, address, address + length);
  }

  #check(address: number, length: number): void {
    if (address < 0 || address + length > this.size)
      throw new RangeError(`0x${address.toString(16)} is outside RAM`);
  }
}

export interface FakeMachine {
  readonly machine: Machine;
  readonly memory: PhysicalMemory;
  /** Reasons the machine was asked to stop for. */
  readonly stops: readonly unknown[];
  /** Levels set on interrupt lines, in order. */
  readonly lines: readonly { readonly line: number; readonly level: boolean }[];
  /** What the processor was started with. */
  readonly start: Readonly<Partial<Record<RegisterName, number>>>;
  readonly registers: Map<RegisterName, number>;
  /** The guest's OUT. */
  out(port: number, value: number, width: PortWidth): void;
  /** The guest's INT, from ring 3. */
  int(vector: number, returnAddress?: number): TrapDecision;
}

const MIB = 1 << 20;

export function fakeMachine(memoryMiB = 16): FakeMachine {
  const memory = new FakeMemory(memoryMiB * MIB);
  const handlers = new Map<number, PortHandler>();
  const registers = new Map<RegisterName, number>();
  const stops: unknown[] = [];
  const lines: { line: number; level: boolean }[] = [];
  const start: Partial<Record<RegisterName, number>> = {};
  let trap: TrapHandler | undefined;
  let unclaimed: UnclaimedPortHandler | undefined;
  const never = (): void => undefined;
  const parts: Partial<Machine> = {
    memory,
    instructions: 0,
    virtualNanoseconds: 0,
    registers: {
      get: (name: RegisterName) => registers.get(name) ?? 0,
      set: (name: RegisterName, value: number) => {
        registers.set(name, value >>> 0);
      },
      control: () => 0,
    } as unknown as Machine['registers'],
    claimPorts: (ports, handler) => {
      for (const port of ports) handlers.set(port, handler);
      return never;
    },
    onUnclaimedPort: (handler) => {
      unclaimed = handler;
      return never;
    },
    setInterruptLine: (line, level) => {
      lines.push({ line, level });
    },
    trapInterrupts: (_vectors, handler) => {
      trap = handler;
      return never;
    },
    enterRealMode: (registersAtStart) => {
      Object.assign(start, registersAtStart);
    },
    requestStop: (reason) => {
      stops.push(reason);
    },
  };
  return {
    machine: parts as Machine,
    memory,
    stops,
    lines,
    start,
    registers,
    out: (port, value, width) => {
      const handler = handlers.get(port);
      if (handler === undefined) unclaimed?.(port, 'write');
      else handler.write?.(value, width, port);
    },
    int: (vector, returnAddress = 0x40001000) => {
      if (trap === undefined) throw new Error('nobody traps interrupts');
      return trap({ vector, frame: { eip: returnAddress, cs: 0x1b, eflags: 2, esp: 0xefffff00, ss: 0x23 } });
    },
  };
}
