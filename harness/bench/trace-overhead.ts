/** What tracing costs. Reading symbols does not count. */
import { guestSymbols } from '../look/symbols/index.ts';
import { Tracer, type TraceLevel } from '../look/trace/index.ts';
import type { Measurement } from './figure.ts';
import { overheadOf } from './overhead.ts';

/** See {@link overheadOf}. */
export async function traceOverhead(levels: readonly TraceLevel[]): Promise<Measurement> {
  return await overheadOf((guest) => {
    const symbols = guestSymbols(guest);
    return () => {
      const tracer = new Tracer(guest, { levels, symbols });
      return () => {
        tracer.detach();
      };
    };
  });
}
