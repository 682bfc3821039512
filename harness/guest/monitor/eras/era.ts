/** What the monitor has to know of an era: each difference between eras is a field here, and no other file asks for an era's name. */
import type { EraStep } from '../../../../images/abi/eras.ts';
import type { HostFilesForm } from '../host-files/index.ts';
import type { MessageForm } from '../messages.ts';

/** How a guest lies in memory when its kernel starts. */
export interface BootForm {
  readonly initrdBase: number;
  /** Low bits of EBX that hold the initrd's size in pages. */
  readonly initrdSizeBits: number;
  /** Where a program's last page is not full: whether it counts. */
  readonly pages: 'rounded-up' | 'rounded-down';
  /** The only entry point that a program can have; undefined where any will do. */
  readonly programEntry?: number;
  /** The command line behind the initrd: bytes of its length, and the longest text; undefined where there is none. */
  readonly commandLine?: { readonly lengthBytes: 1 | 2; readonly maximum: number };
  /** Whether the initrd may be a bundle of programs, which brings command lines of its own. */
  readonly bundles: boolean;
  /** Whether there are a control page, a clock page and a ramfs. */
  readonly sharedPages: boolean;
}

/** What guest and host say to each other. */
export interface BusForm {
  /** What a pointer written to a bus port leads to. */
  readonly pointer: 'message' | 'envelope';
  /** Whether an envelope may hold bulk data in pieces, and a piece of the log that came by the wrong port. */
  readonly scatter: boolean;
  /** Whether a fetch may be a write of any width; else it is a dword. */
  readonly fetchesByAnyWidth: boolean;
  readonly messages: MessageForm;
  /** Whether a message interrupt is raised for each frame that starts to wait, unless the caller says otherwise. */
  readonly announces: boolean;
  /** Whether programs can write and read their standard streams over the bus. */
  readonly streams: boolean;
  /** How host files are asked for; undefined where they are not. */
  readonly hostFiles: HostFilesForm | undefined;
  /** Whether messages for the network's daemon are refused; where there is no such daemon they are like any other. */
  readonly network: boolean;
  /** Whether bulk data belongs to the requests that send and receive on sockets. */
  readonly networkBulk: boolean;
  /** Whether standard input can be polled, and subscribed to. */
  readonly polls: boolean;
  /** Whether a pull without a request gets an empty answer, so that who pulls wakes. */
  readonly answersStrayPulls: boolean;
}

/** The port by which the machine ends. */
export interface MachinePortForm {
  /** Bytes of a command. */
  readonly width: 2 | 4;
  /** Whether a shutdown says with which status; without, it is 0. */
  readonly status: boolean;
}

export interface MonitorEra {
  readonly step: EraStep;
  /** For people. */
  readonly meaning: string;
  readonly boot: BootForm;
  readonly bus: BusForm;
  readonly machinePort: MachinePortForm;
}
