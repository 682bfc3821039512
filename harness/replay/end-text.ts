/** How a run ended, in a few words. */
import type { Stop } from '../guest/stop.ts';

export function endText(stop: Stop): string {
  switch (stop.kind) {
    case 'exit':
      return `ended with status ${stop.status}`;
    case 'crash':
    case 'halted':
    case 'protocol-error':
      return `${stop.kind}: ${stop.crash.message}`;
    case 'deadline':
      return `ended by its limit of ${stop.deadline === 'instructions' ? 'instructions' : `${stop.deadline} time`}`;
    case 'kernel-call':
    case 'snapshot':
    case 'paused':
    case 'reached':
    case 'input':
    case 'breakpoint':
    case 'watchpoint':
    case 'requested':
      return `stopped at ${stop.kind}`;
  }
}
