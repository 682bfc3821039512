/** What a guest is put together from, and who watches it: the types that {@link Guest} takes from outside. */
import type { Machine, RestoreOptions } from '../../emulator/types.ts';
import type { SymbolSource } from './crash-report.ts';
import type { GuestSnapshot } from './guest-snapshot.ts';
import type { GuestIdentity } from './identity.ts';
import type { Judgement } from './monitor/eras/judgement.ts';
import type { HostFolder } from './monitor/host-files/folder.ts';
import type { StandardInput } from './monitor/standard-input.ts';
import type { BootOptions, InputSource } from './options.ts';
import type { WallClock } from './wall-clock.ts';

/** What a guest is made of; {@link boot} and the restore of a snapshot put it together. */
export interface GuestParts {
  readonly machine: Machine;
  /** Makes another machine of the same options, for a fork. */
  readonly newMachine: () => Promise<Machine>;
  readonly identity: GuestIdentity;
  readonly symbols: SymbolSource;
  readonly wallClock: WallClock;
  /** Standard input whose source is shared, instead of the one in the options. */
  readonly input?: StandardInput;
  /** True for a guest that was never booted: its own source comes after what the guest of a snapshot had not read. */
  readonly carriesInput?: boolean;
  /** The folder of the host that is mounted; undefined for none. */
  readonly hostFolder?: HostFolder | undefined;
  /** What is known of its era from the start; what its identity says when not given. */
  readonly era?: Judgement;
  readonly options: Pick<
    BootOptions,
    'stdin' | 'announceMessages' | 'onSnapshot' | 'onConsole' | 'onOutput' | 'log' | 'deadlines'
  >;
}

/** Keeps something about a run beside the guest, and must follow it when it goes back. Told once a capture or restore is done. */
export interface SnapshotObserver {
  captured(snapshot: GuestSnapshot): void;
  restored(snapshot: GuestSnapshot): void;
}

/** How a guest is put back to a snapshot. */
export interface GuestRestoreOptions extends RestoreOptions {
  /** Standard input from here on, after what the guest of the snapshot had not read; the guest's own when not given. */
  readonly stdin?: InputSource;
}
