/** How a run is told to people and to programs. */
import { exitStatuses } from '../../images/abi/exit-status.ts';
import { formatCrashReport } from '../guest/crash-report.ts';
import { harnessStatus } from '../guest/exit-status.ts';
import type { RunResult } from '../guest/result.ts';
import { isHalfway } from '../guest/stop.ts';

/** One run as JSON; the shape is part of the command line's promise. */
export interface RunRecord {
  readonly output: string;
  readonly exitStatus: number;
  readonly instructions: number;
  readonly virtualMs: number;
  readonly wallMs: number;
}

export function recordOf(result: RunResult): RunRecord {
  const { output, exitStatus, instructions, virtualMs, wallMs } = result;
  return { output, exitStatus, instructions, virtualMs, wallMs };
}

/** What a shell sees of a status: its low eight bits. */
export function processStatus(exitStatus: number): number {
  return exitStatus & 0xff;
}

const KERNEL_STATUSES: ReadonlySet<number> = new Set(Object.values(exitStatuses));
const CONSOLE_LINES = 12;

/** Says on stderr why a run did not end by itself; nothing when it did. */
export function explainEnd(result: RunResult): string | undefined {
  const { outcome } = result;
  if (isHalfway(outcome)) return `the run stopped at ${outcome.kind} (status ${harnessStatus.stopped})`;
  switch (outcome.kind) {
    case 'exit':
      if (outcome.panic !== undefined) return explainPanic(outcome.panic, result.exitStatus);
      return KERNEL_STATUSES.has(outcome.status) ? consoleTail(result.console) : undefined;
    case 'deadline': {
      const unit = outcome.deadline === 'instructions' ? 'instructions' : `ms of ${outcome.deadline} time`;
      return `timed out after ${outcome.limit} ${unit} (status ${harnessStatus.timedOut}); --deadline-${outcome.deadline} sets the limit`;
    }
    case 'crash':
    case 'halted':
    case 'protocol-error':
      return `the guest ended by ${outcome.kind}: ${formatCrashReport(outcome.crash)}`;
  }
}

/** A kernel of 2024 ends with 0 whether it has failed or not. */
export const explainPanic = (line: string, status: number): string =>
  `the kernel has panicked (status ${status}): ${line}`;

/** Statuses of the kernel's own come with its reason on the console. */
function consoleTail(console: string): string | undefined {
  const lines = console.trimEnd().split('\n').slice(-CONSOLE_LINES);
  return lines.join('') === ''
    ? undefined
    : `end of the kernel console:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
