/**
 * Nanvix's virtual-machine monitor: the devices a kernel finds behind the ports 0xe9, 0xea, 0xeb and 0x604.
 *
 * May touch: the machine's ports, the control page, the memory an envelope names. What must hold: all that the monitor
 * remembers is in {@link MonitorState}, plain data that is captured and restored with the machine.
 */
import type { Machine, PortWidth } from '../../../emulator/types.ts';
import type { Era } from '../../../images/abi/eras.ts';
import { interrupts, ports } from '../../../images/abi/ports.ts';
import type { Log } from '../log.ts';
import type { ProtocolViolation } from '../stop.ts';
import { MessageBus } from './bus.ts';
import { KernelConsole } from './console.ts';
import { decodeMachineCommand } from './machine-port.ts';
import { messageForms } from './messages.ts';
import { remarksInto } from './remarks.ts';
import type { Remark } from './remarks.ts';
import type { StandardInput } from './standard-input.ts';
import { StandardStreams } from './streams.ts';
import type { StreamState } from './streams.ts';
import { violation } from './violation.ts';

/** What the monitor asks a run to stop for. */
export type MonitorStop =
  | { readonly kind: 'exit'; readonly status: number }
  | { readonly kind: 'pause' }
  | { readonly kind: 'snapshot' }
  | { readonly kind: 'input' }
  | { readonly kind: 'protocol-error'; readonly violation: ProtocolViolation };

/** Everything the monitor remembers between two instructions of the guest. */
export interface MonitorState {
  readonly console: Uint8Array;
  readonly streams: StreamState;
  readonly inbox: readonly Uint8Array[];
  /** Snapshots the kernel has asked for since reset. */
  readonly snapshotRequests: number;
  /** Instruction count at which the kernel said that the boot is complete (Era M). */
  readonly bootCompleteAt: number | null;
  /** Status of a guest that has shut down. */
  readonly exitStatus: number | null;
}

export interface MonitorOptions {
  readonly input: StandardInput;
  /** Era of the guest's messages; `S` by default. */
  readonly era?: Era;
  readonly announceMessages: boolean;
  /** Whether the run stops where the kernel asks for a snapshot. */
  readonly stopAtSnapshot: boolean;
  readonly onConsole: ((bytes: Uint8Array) => void) | undefined;
  readonly onOutput: ((stream: 'stdout' | 'stderr', bytes: Uint8Array) => void) | undefined;
  /** Told of all that goes over the bus, and once of each kind of thing that the guest does wrong and that is passed over. */
  readonly log?: Log | undefined;
  /** Called inside the guest's OUT; the run is to end behind it. */
  readonly onStop: (stop: MonitorStop) => void;
}

export class Monitor {
  readonly console: KernelConsole;
  readonly streams: StandardStreams;
  readonly bus: MessageBus;
  readonly #machine: Machine;
  readonly #options: MonitorOptions;
  readonly #remark: Remark;
  #snapshotRequests = 0;
  #bootCompleteAt: number | null = null;
  #exitStatus: number | null = null;

  /** Claims the ports of a machine. One monitor per machine. */
  constructor(machine: Machine, options: MonitorOptions) {
    this.#machine = machine;
    this.#options = options;
    const { log = {} } = options;
    this.#remark = remarksInto(log);
    this.console = new KernelConsole(options.onConsole);
    this.bus = new MessageBus(
      machine.memory,
      options.era ?? 'S',
      () => {
        this.#announceMessage();
      },
      this.#remark,
      log,
    );
    this.streams = new StandardStreams(machine.memory, options.input, {
      send: (message) => {
        this.bus.post(message);
      },
      form: messageForms[options.era ?? 'S'],
      remark: this.#remark,
      onOutput: options.onOutput,
    });
    machine.claimPorts([ports.console], {
      write: (value, width) => {
        this.#writeBusPort(value, width);
      },
    });
    machine.claimPorts([ports.busReceive], {
      write: (value, width) => {
        if (width === 4) this.#refuse(this.bus.receive(value >>> 0));
        else this.#remark(`write of ${width} bytes to port 0xea`);
      },
    });
    machine.claimPorts([ports.kernelLog], {
      write: (value, width) => {
        this.#writeLogPort(value >>> 0, width);
      },
    });
    machine.claimPorts([ports.machine], {
      write: (value, width) => {
        this.#writeMachinePort(value, width);
      },
    });
    machine.onUnclaimedPort((port, access) => {
      this.#remark(`${access} of port 0x${port.toString(16)}, which is nobody's`);
    });
  }

  get snapshotRequests(): number {
    return this.#snapshotRequests;
  }

  get bootCompleteAt(): number | null {
    return this.#bootCompleteAt;
  }

  get exitStatus(): number | null {
    return this.#exitStatus;
  }

  capture(): MonitorState {
    return {
      console: this.console.log.bytes,
      streams: this.streams.capture(),
      inbox: this.bus.inbox,
      snapshotRequests: this.#snapshotRequests,
      bootCompleteAt: this.#bootCompleteAt,
      exitStatus: this.#exitStatus,
    };
  }

  /** To be called together with the restore of the machine: the credits are part of the guest's memory. */
  restore(state: MonitorState): void {
    this.console.restore(state.console);
    this.streams.restore(state.streams);
    this.bus.restore(state.inbox);
    this.#snapshotRequests = state.snapshotRequests;
    this.#bootCompleteAt = state.bootCompleteAt;
    this.#exitStatus = state.exitStatus;
  }

  #writeBusPort(value: number, width: PortWidth): void {
    if (width === 1) {
      this.console.write(value);
      return;
    }
    if (width === 2) {
      this.#remark('write of 2 bytes to port 0xe9');
      return;
    }
    this.#refuse(this.bus.send(value >>> 0, this.streams));
    if (this.streams.waits) this.#options.onStop({ kind: 'input' });
  }

  #writeLogPort(pointer: number, width: PortWidth): void {
    const piece = width === 4 ? this.bus.kernelLog(pointer) : undefined;
    if (piece === undefined) this.#remark('write to port 0xeb that is no piece of a log');
    else if (piece instanceof Uint8Array) this.console.writeLog(piece);
    else this.#refuse(piece);
  }

  #writeMachinePort(value: number, width: PortWidth): void {
    if (width !== 4) {
      const reason = `a write of ${width} bytes, the protocol has 4 here`;
      this.#refuse(violation(ports.machine, value >>> 0, reason));
      return;
    }
    const command = decodeMachineCommand(value >>> 0);
    switch (command.kind) {
      case 'shutdown':
        this.#exitStatus = command.status;
        this.#options.onStop({ kind: 'exit', status: command.status });
        return;
      case 'pause':
        this.#options.onStop({ kind: 'pause' });
        return;
      case 'snapshot':
        this.#snapshotRequests += 1;
        if (this.#options.stopAtSnapshot) this.#options.onStop({ kind: 'snapshot' });
        return;
      case 'boot-complete':
        this.#bootCompleteAt ??= this.#machine.instructions;
        return;
      case 'refused':
        this.#refuse(command.violation);
    }
  }

  #refuse(refused: ProtocolViolation | undefined): void {
    if (refused !== undefined) this.#options.onStop({ kind: 'protocol-error', violation: refused });
  }

  #announceMessage(): void {
    if (!this.#options.announceMessages) return;
    this.#machine.setInterruptLine(interrupts.messageIrq, false);
    this.#machine.setInterruptLine(interrupts.messageIrq, true);
  }
}
