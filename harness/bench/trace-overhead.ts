/**
 * What tracing costs: a cold hello with a tracer beside one without, in turn, so that whatever else the machine does
 * hits both alike.
 */
import { ensureImages } from '../../images/index.ts';
import { boot } from '../boot.ts';
import { HELLO } from '../hello.ts';
import { guestSymbols } from '../symbols/index.ts';
import { Tracer, type TraceLevel } from '../trace/index.ts';
import { wallClock } from '../wall-clock.ts';
import type { Measurement } from './figure.ts';

/** How often a pair is measured for one sample: the faster of its runs count, since all that disturbs a run makes it slower. */
const ROUNDS = 4;

/** Wall time of a traced hello, divided by that of an untraced one, less 1. Boot and symbols count in neither. */
export async function traceOverhead(levels: readonly TraceLevel[]): Promise<Measurement> {
  const images = await ensureImages();
  const run = async (traced: boolean): Promise<number> => {
    const guest = await boot({ ...HELLO, images });
    const symbols = guestSymbols(guest);
    const startedAt = wallClock();
    const tracer = traced ? new Tracer(guest, { levels, symbols }) : undefined;
    guest.run();
    tracer?.detach();
    const milliseconds = wallClock() - startedAt;
    guest.dispose();
    return milliseconds;
  };
  return {
    sample: async () => {
      const untraced: number[] = [];
      const traced: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        // Now the one comes first, now the other, so that what grows in time falls on both.
        const order = round % 2 === 0 ? [untraced, traced] : [traced, untraced];
        for (const times of order) times.push(await run(times === traced));
      }
      return Math.min(...traced) / Math.min(...untraced) - 1;
    },
  };
}
