/**
 * What looking on costs: a cold hello with an observer beside one without, in turn, so that whatever else the machine does
 * hits both alike. Processor time counts: a hello waits for nothing but its turn, and that is no cost of the observer's.
 */
import { ensureImages } from '../../images/index.ts';
import { boot } from '../guest/boot.ts';
import type { Guest } from '../guest/guest.ts';
import { HELLO } from '../guest/hello.ts';
import type { Measurement } from './figure.ts';

/** How often a pair is measured for one sample: the faster of its runs count, since all that disturbs a run makes it slower. */
const ROUNDS = 4;

/** Gets ready to observe a guest, which does not count; the function returned attaches, and gives one that detaches. */
export type Observer = (guest: Guest) => () => () => unknown;

/** Milliseconds of processor time that this process has used, with all its threads. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Processor time of an observed hello, divided by that of an unobserved one, less 1. Boots do not count. */
export async function overheadOf(observer: Observer): Promise<Measurement> {
  const images = await ensureImages();
  const run = async (observed: boolean): Promise<number> => {
    const guest = await boot({ ...HELLO, images });
    const attach = observer(guest);
    const startedAt = processorTime();
    const detach = observed ? attach() : undefined;
    guest.run();
    detach?.();
    const milliseconds = processorTime() - startedAt;
    guest.dispose();
    return milliseconds;
  };
  return {
    sample: async () => {
      const alone: number[] = [];
      const observed: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        // Now the one comes first, now the other, so that what grows in time falls on both.
        const order = round % 2 === 0 ? [alone, observed] : [observed, alone];
        for (const times of order) times.push(await run(times === observed));
      }
      return Math.min(...observed) / Math.min(...alone) - 1;
    },
  };
}
