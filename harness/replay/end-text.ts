/** How a run ended, in a few words. */
import { isHalfway, type Stop } from '../guest/stop.ts';

export function endText(stop: Stop): string {
  if (isHalfway(stop)) return `stopped at ${stop.kind}`;
  switch (stop.kind) {
    case 'exit':
      return `ended with status ${stop.status}`;
    case 'crash':
    case 'halted':
    case 'protocol-error':
      return `${stop.kind}: ${stop.crash.message}`;
    case 'deadline':
      return `ended by its limit of ${stop.deadline === 'instructions' ? 'instructions' : `${stop.deadline} time`}`;
  }
}
