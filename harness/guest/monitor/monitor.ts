/**
 * Nanvix's virtual-machine monitor: the devices a kernel finds behind the ports 0xe9, 0xea, 0xeb and 0x604.
 *
 * May touch: the machine's ports, the control page, the memory an envelope names. What must hold: all that the monitor
 * remembers is in {@link MonitorState}, plain data that is captured and restored with the machine.
 */
import { hex } from '../../../emulator/hex.ts';
import type { Machine, PortWidth } from '../../../emulator/types.ts';
import { interrupts, machineCommands, ports } from '../../../images/abi/ports.ts';
import type { Log } from '../log.ts';
import type { ProtocolViolation } from '../stop.ts';
import { MessageBus } from './bus.ts';
import { KernelConsole } from './console.ts';
import type { EraInForce, EraState } from './eras/in-force.ts';
import { seen } from './eras/evidence.ts';
import { HostFiles } from './host-files/index.ts';
import type { HostFilesState } from './host-files/index.ts';
import type { HostFolder } from './host-files/folder.ts';
import { decodeMachineCommand } from './machine-port.ts';
import { Outbox } from './outbox.ts';
import type { OutboxState } from './outbox.ts';
import { remarksInto } from './remarks.ts';
import type { Remark } from './remarks.ts';
import type { StandardInput } from './standard-input.ts';
import { HostRequests } from './requests.ts';
import type { RequestState } from './requests.ts';
import { StandardStreams } from './streams.ts';
import type { StreamPositions } from './streams.ts';
import { contradiction } from './violation.ts';

/** What the monitor asks a run to stop for. */
export type MonitorStop =
  | { readonly kind: 'exit'; readonly status: number; readonly panic?: string }
  | { readonly kind: 'pause' }
  | { readonly kind: 'snapshot' }
  | { readonly kind: 'input' }
  | { readonly kind: 'protocol-error'; readonly violation: ProtocolViolation };

/** Everything the monitor remembers between two instructions of the guest. */
export interface MonitorState extends OutboxState, Partial<EraState> {
  readonly console: Uint8Array;
  readonly streams: StreamPositions & RequestState;
  /** Pulls that had a number so far; 0 when left out. */
  readonly transfers?: number;
  /** Host files that are open; none when left out. */
  readonly files?: HostFilesState;
  /** Snapshots the kernel has asked for since reset. */
  readonly snapshotRequests: number;
  /** Instruction count at which the kernel said that the boot is complete (Era M). */
  readonly bootCompleteAt: number | null;
  /** Status of a guest that has shut down. */
  readonly exitStatus: number | null;
}

export interface MonitorOptions {
  readonly input: StandardInput;
  readonly era: EraInForce;
  /** The folder that is mounted for host files; undefined for none. */
  readonly hostFolder?: HostFolder | undefined;
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
  readonly era: EraInForce;
  readonly #requests: HostRequests;
  readonly #files: HostFiles;
  readonly #outbox: Outbox;
  readonly #bus: MessageBus;
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
    this.era = options.era;
    const { memory } = machine;
    this.streams = new StandardStreams(options.input, options.onOutput);
    this.#outbox = new Outbox(memory, this.era, () => {
      this.#announceMessage();
    });
    this.#files = new HostFiles(options.hostFolder, () => machine.instructions);
    this.#requests = new HostRequests({
      era: this.era,
      streams: this.streams,
      post: (message) => {
        this.#bus.post(message);
      },
      answerPull: (bulk, bytes) => {
        this.#bus.answerPull(bulk, bytes);
      },
      remark: this.#remark,
      files: this.#files,
    });
    this.#bus = new MessageBus({
      memory,
      era: this.era,
      outbox: this.#outbox,
      receiver: this.#requests,
      remark: this.#remark,
      log,
    });
    machine.claimPorts([ports.console], {
      write: (value, width) => {
        this.#writeBusPort(value, width);
      },
    });
    machine.claimPorts([ports.busReceive], {
      write: (value, width) => {
        if (width === 4 || this.era.era.bus.fetchesByAnyWidth) this.#refuse(this.#bus.receive(value >>> 0));
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
      this.#remark(`${access} of port ${hex(port)}, which is nobody's`);
    });
  }

  /** True while something is under way between guest and host: a request without its data, or an answer that was not fetched. */
  get isBusy(): boolean {
    return this.#requests.isBusy || !this.#outbox.isEmpty;
  }

  /** True while a pull cannot be answered before there is input: the guest waits. */
  get waits(): boolean {
    return this.#requests.waits;
  }

  /** True while the guest would be told of input that comes, and runs on meanwhile. */
  get listens(): boolean {
    return this.#requests.listens;
  }

  /**
   * From now on what the guest asks of its host files is answered as before wherever it asks the same at the same instruction: for who runs a
   * guest through its past again, where nothing may be written twice.
   */
  keepFileAnswers(): void {
    this.#files.keepAnswers();
  }

  /** Answers what has waited for input, once there is some. */
  resume(): void {
    this.#requests.resume();
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
    const files = this.#files.capture();
    return {
      console: this.console.log.bytes,
      streams: { ...this.streams.capture(), ...this.#requests.capture() },
      ...this.#outbox.capture(),
      ...(this.#bus.transfers > 0 && { transfers: this.#bus.transfers }),
      ...(files.open.length > 0 && { files }),
      ...this.era.capture(),
      snapshotRequests: this.#snapshotRequests,
      bootCompleteAt: this.#bootCompleteAt,
      exitStatus: this.#exitStatus,
    };
  }

  /** To be called together with the restore of the machine: the credits are part of the guest's memory. */
  restore(state: MonitorState): void {
    this.console.restore(state.console);
    this.era.restore(state);
    this.streams.restore(state.streams);
    this.#requests.restore(state.streams);
    this.#files.restore(state.files ?? { open: [] });
    this.#outbox.restore(state);
    this.#bus.restore(state.transfers ?? 0);
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
    this.#refuse(this.#bus.send(value >>> 0));
    if (this.waits || this.#requests.takeMiss()) this.#options.onStop({ kind: 'input' });
  }

  #writeLogPort(pointer: number, width: PortWidth): void {
    const piece = width === 4 ? this.#bus.kernelLog(pointer) : undefined;
    if (piece === undefined) this.#remark('write to port 0xeb that is no piece of a log');
    else if (piece instanceof Uint8Array) this.console.writeLog(piece);
    else this.#refuse(piece);
  }

  #writeMachinePort(value: number, width: PortWidth): void {
    const isShutdown2024 = width === 2 && (value & 0xffff) === machineCommands.shutdown;
    const found = isShutdown2024 ? this.era.saw(seen.wordShutdown) : undefined;
    const wrong = found ?? (width === 4 ? this.era.saw(seen.dwordCommand) : undefined);
    if (wrong !== undefined) {
      this.#refuse(contradiction(ports.machine, value >>> 0, wrong));
      return;
    }
    const command = decodeMachineCommand(value >>> 0, width, this.era.era.machinePort);
    switch (command.kind) {
      case 'shutdown':
        this.#exitStatus = command.status;
        this.#options.onStop({ kind: 'exit', status: command.status, ...this.#panic() });
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

  /** A kernel without statuses says on its console that it has failed. */
  #panic(): { readonly panic?: string } {
    const panic = this.era.era.machinePort.status ? undefined : this.console.panic;
    return panic === undefined ? {} : { panic };
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
