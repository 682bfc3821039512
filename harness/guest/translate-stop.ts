/**
 * The machine's stops in the words of a guest.
 *
 * What must hold: each stop of a machine becomes one {@link Stop}, and says whether the guest can go on after it.
 */
import { REGISTER_NAMES } from '../../emulator/types.ts';
import type { Machine, MachineStop, RegisterName } from '../../emulator/types.ts';
import { crashReport } from './crash-report.ts';
import type { CrashContext } from './crash-report.ts';
import type { MonitorStop } from './monitor/monitor.ts';
import type { SettledDeadlines } from './run-limits.ts';
import type { CrashReport, KernelCall, Stop } from './stop.ts';

/** Marks a stop that the harness itself asked the machine for. */
export class HarnessStop {
  readonly stop: MonitorStop | { readonly kind: 'kernel-call'; readonly call: KernelCall };
  constructor(stop: HarnessStop['stop']) {
    this.stop = stop;
  }
}

/** Why a guest that has shut down cannot go on, and what to do. */
export const SHUT_DOWN = 'the guest has shut down: restore a snapshot into it or boot another';
const HALTED = 'the guest has halted: restore a snapshot into it or boot another';
const CRASHED = 'the guest has crashed: restore a snapshot into it or boot another';

/** A stop, and why the guest cannot go on after it; undefined where it can. */
export interface TranslatedStop {
  readonly stop: Stop;
  readonly unusable?: string;
}

/**
 * @param limits The deadlines of the run that has stopped.
 * @param machine Where it stands, for the registers in a report.
 * @param context Made only for a stop that is reported.
 */
export function translateStop(
  stop: MachineStop,
  limits: SettledDeadlines,
  machine: Machine,
  context: () => CrashContext,
): TranslatedStop {
  switch (stop.kind) {
    case 'requested':
      return stop.reason instanceof HarnessStop ? translateOwn(stop.reason.stop, machine, context) : { stop };
    case 'halted': {
      const crash = report('the processor halted with interrupts off', machine, context);
      return { stop: { kind: 'halted', crash }, unusable: HALTED };
    }
    case 'reached':
      return {
        stop:
          stop.limit === 'instructions'
            ? { kind: 'deadline', deadline: 'instructions', limit: limits.instructions ?? 0 }
            : { kind: 'deadline', deadline: 'virtual', limit: limits.virtualMs },
      };
    case 'wall-time':
      return { stop: { kind: 'deadline', deadline: 'wall', limit: limits.wallMs } };
    case 'breakpoint':
    case 'watchpoint':
      return { stop };
    case 'crash':
      return { stop: { kind: 'crash', crash: crashReport(stop.cause, context()) }, unusable: CRASHED };
  }
}

function translateOwn(
  stop: HarnessStop['stop'],
  machine: Machine,
  context: () => CrashContext,
): TranslatedStop {
  switch (stop.kind) {
    case 'exit':
      return { stop, unusable: SHUT_DOWN };
    case 'pause':
      return { stop: { kind: 'paused' } };
    case 'protocol-error':
      return { stop: { ...stop, crash: report(stop.violation.message, machine, context) } };
    case 'snapshot':
    case 'input':
    case 'kernel-call':
      return { stop };
  }
}

function report(message: string, { registers }: Machine, context: () => CrashContext): CrashReport {
  const values = Object.fromEntries(REGISTER_NAMES.map((name) => [name, registers.get(name)]));
  return crashReport(
    { message, registers: values as Record<RegisterName, number>, faultAddress: registers.control(2) },
    context(),
  );
}
