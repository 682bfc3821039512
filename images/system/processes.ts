/**
 * Whether another process runs, and which one it is. Linux tells when a process was started, which tells it from a later one with
 * the same number; other systems tell only that there is one.
 */
import { readFileSync } from 'node:fs';

/** A process that wrote down who it is. */
export interface ProcessMark {
  readonly pid: number;
  /** When it was started, in ticks since the system's start; undefined where the system does not tell. */
  readonly start?: string | undefined;
}

/** What is asked of the system. */
export interface ProcessTable {
  /** Throws as `kill(pid, 0)` does: `ESRCH` of a process that is not there, `EPERM` of somebody else's. */
  probe(pid: number): void;
  /** The content of `/proc/PID/stat`. Throws where there is none. */
  stat(pid: number): string;
}

const FIELDS_TO_START = 19;

const ownTable: ProcessTable = {
  probe: (pid) => {
    process.kill(pid, 0);
  },
  stat: (pid) => readFileSync(`/proc/${pid}/stat`, 'utf8'),
};

export class Processes {
  readonly #table: ProcessTable;

  constructor(table: ProcessTable = ownTable) {
    this.#table = table;
  }

  /** What a process writes down about itself, so that {@link isAlive} knows it again. */
  mark(pid: number): ProcessMark {
    return { pid, start: this.#startOf(pid) };
  }

  isAlive({ pid, start }: ProcessMark): boolean {
    try {
      this.#table.probe(pid);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
    }
    return start === undefined || this.#startOf(pid) === start;
  }

  #startOf(pid: number): string | undefined {
    try {
      const stat = this.#table.stat(pid);
      // The second field is the program's name in parentheses, and may hold anything.
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[FIELDS_TO_START];
    } catch {
      return undefined;
    }
  }
}
