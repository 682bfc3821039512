/** The options of `nanvix-v86 trace`, apart from its work, which is loaded when it is wanted. */
import type { ResultRegisters } from '../../images/abi/index.ts';
import type { TraceLevel } from '../look/trace/index.ts';
import type { ObservedGuestValues } from './observed-guest.ts';

export const TRACE_FORMATS = ['text', 'json', 'perfetto'] as const;
export type TraceFormat = (typeof TRACE_FORMATS)[number];

/** As commander hands them over. */
export interface TraceOptionValues extends ObservedGuestValues {
  readonly level?: readonly TraceLevel[];
  readonly call?: readonly string[];
  readonly thread?: readonly number[];
  readonly result?: readonly string[];
  readonly from?: number;
  readonly to?: number;
  readonly resultsIn?: ResultRegisters;
  readonly stack?: true;
  readonly summary?: true;
  readonly stringLimit: number;
  readonly output?: string;
  readonly format?: TraceFormat;
  readonly json?: true;
}

export function formatOf({ format, json }: TraceOptionValues): TraceFormat {
  return format ?? (json === true ? 'json' : 'text');
}

/** A timeline shows one level under the other. */
export function levelsOf(options: TraceOptionValues): readonly TraceLevel[] {
  return options.level ?? (formatOf(options) === 'perfetto' ? ['kernel', 'posix'] : ['kernel']);
}
