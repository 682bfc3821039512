/**
 * What a finished (or abandoned) run has to show, and how long each part of it took. That is told in two ways: in stages of
 * the harness (load, run, restore), and in phases of the guest (kernel start, `main`, finalization).
 */
import type { Stop } from './stop.ts';

/**
 * What the harness does with a guest, stage by stage, in order: making the machine, laying out memory (`load`), running to the
 * snapshot call (`to-snapshot`; the whole run when there is none is `run`), bringing a snapshot back (`restore`), and
 * running on from it (`after-snapshot`).
 */
export type StageName =
  'instance' | 'load' | 'run' | 'to-snapshot' | 'capture' | 'restore' | 'after-snapshot';

export interface Stage {
  readonly name: StageName;
  /** Guest instructions executed in this stage. */
  readonly instructions: number;
  readonly virtualMs: number;
  readonly wallMs: number;
}

/** A stretch of what the guest itself does, from one of its functions to another. Instruction counts are since reset. */
export interface GuestPhase {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Wall milliseconds the stretch took. */
  readonly wallMs: number;
  /** Where several programs run: the process, such as `4 app`; the kernel before any of them has none. */
  readonly process?: string;
  /** Where several programs run: the instructions of this process alone, between `from` and `to`. */
  readonly instructions?: number;
}

export interface RunResult {
  /** Why the run ended. */
  readonly outcome: Stop;
  /** All that the program has written to standard output since reset, decoded as UTF-8. */
  readonly output: string;
  /** The same for standard error. */
  readonly errorOutput: string;
  /** The kernel's console (port 0xe9), apart from the program's own output. */
  readonly console: string;
  /** The guest's exit status; 124 after a deadline, 138 after a crash (see {@link exitStatusOf}). */
  readonly exitStatus: number;
  /** Guest instructions executed by this run: from reset, or from the restored snapshot. */
  readonly instructions: number;
  /** Guest time this run took. */
  readonly virtualMs: number;
  readonly wallMs: number;
  /** What the harness did, stage by stage. */
  readonly stages: readonly Stage[];
  /**
   * Where instructions and wall time went by the symbols of kernel and program: kernel start, loading, the parts of
   * `Py_Initialize` and so on. From {@link run}; a guest of your own is watched by a {@link PhaseWatch}.
   */
  readonly guestPhases?: readonly GuestPhase[];
}
