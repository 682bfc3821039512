/**
 * Ways from a snapshot to the end of its run: in other machines, with other code compiled, watched, stopped and taken back.
 * All of them must come to the same end.
 */
import { boot, loadSnapshot, restoreSnapshot, saveSnapshot } from '../../../harness/index.ts';
import type { BootOptions, Guest, GuestSnapshot } from '../../../harness/index.ts';
import { guestSymbols } from '../../../harness/look/symbols/index.ts';
import { Tracer } from '../../../harness/look/trace/index.ts';
import { endOf, finish, type End } from './exactness.ts';

/** A run that has stopped at a random instruction, and its snapshot there. */
export interface Stopped {
  readonly options: BootOptions;
  /** Stands where the snapshot was taken. */
  readonly guest: Guest;
  readonly snapshot: GuestSnapshot;
  /** The instruction count there, and at the end of the run. */
  readonly at: number;
  readonly total: number;
  readonly random: (bound: number) => number;
  /** Path of a file that may be written. */
  readonly file: string;
}

type Way = (stopped: Stopped) => Promise<End>;

/** Instructions interpreted before the first are compiled, so that both happen in one run. */
const COMPILE_LATE = 300_000;
const KINDS = ['image', 'keep', 'none'] as const;

const kindOf = ({ random }: Stopped): (typeof KINDS)[number] => KINDS[random(KINDS.length)] ?? 'image';

const goOn = async (guest: Guest): Promise<End> => endOf(guest, await guest.runToEnd());

/** A count between the snapshot and the end. */
const later = ({ at, total, random }: Stopped): number => at + random(total - at);

export const ways: Readonly<Record<string, Way>> = {
  'goes on': ({ guest }) => goOn(guest),

  'in a new machine': async ({ snapshot }) => finish(await restoreSnapshot(snapshot)),

  'in a machine that interprets': async ({ snapshot }) =>
    finish(await restoreSnapshot(snapshot, { compile: false })),

  'in a machine that compiles late': async ({ snapshot }) =>
    finish(await restoreSnapshot(snapshot, { compile: COMPILE_LATE })),

  'taken back in the same machine': async (stopped) => {
    const { guest, snapshot } = stopped;
    guest.runToInstruction(later(stopped));
    guest.restore(snapshot, 'continue', { compiled: kindOf(stopped) });
    return await goOn(guest);
  },

  'warm, in the same machine and in another': async ({ guest, snapshot }) => {
    const warm = guest.warm(snapshot);
    guest.restore(warm);
    const end = await goOn(guest);
    const other = await finish(await restoreSnapshot(warm));
    return other.digest === end.digest ? other : end;
  },

  'from a file, with compiled code': async ({ guest, snapshot, file }) => {
    await saveSnapshot(file, guest.warm(snapshot), { compiled: true });
    return finish(await restoreSnapshot((await loadSnapshot(file, { trustCompiled: true })).snapshot));
  },

  'in another machine, further on, and back in the first': async (stopped) => {
    const { guest, snapshot } = stopped;
    const other = await restoreSnapshot(snapshot, { compile: COMPILE_LATE });
    other.runToInstruction(later(stopped));
    const further = other.capture({ compiled: stopped.random(2) === 0 });
    other.dispose();
    guest.restore(further, 'continue', { compiled: kindOf(stopped) });
    return await goOn(guest);
  },

  'step by step, taken back now and then': async (stopped) => {
    const { guest, random } = stopped;
    let { snapshot } = stopped;
    for (let step = 0; step < 30; step += 1) {
      guest.machine.step(1 + random(3));
      if (random(5) === 0) snapshot = guest.capture({ compiled: random(2) === 0 });
      if (random(6) === 0) guest.restore(snapshot, 'continue', { compiled: kindOf(stopped) });
    }
    return await goOn(guest);
  },

  'with all its calls traced': async ({ snapshot, options: { program } }) => {
    const guest = await restoreSnapshot(snapshot, { program });
    const tracer = new Tracer(guest, { levels: ['kernel', 'posix'], symbols: guestSymbols(guest) });
    const end = await goOn(guest);
    tracer.detach();
    guest.dispose();
    return end;
  },

  'over a breakpoint and a watchpoint, taken back between': async (stopped) => {
    const { guest, snapshot } = stopped;
    const { machine } = guest;
    const [eip, esp] = [machine.registers.get('eip'), machine.registers.get('esp')];
    const ends = [machine.setBreakpoint(eip), machine.setWatchpoint(esp, 4, 'access')];
    for (let stops = 0; stops < 10; stops += 1) {
      const stop = guest.run();
      if (stop.kind !== 'breakpoint' && stop.kind !== 'watchpoint') return endOf(guest, stop);
      if (stops === 5) guest.restore(snapshot, 'continue', { compiled: kindOf(stopped) });
    }
    for (const end of ends) end();
    return await goOn(guest);
  },
};

/** Boots a guest and stops it at a random instruction of its run of `total`. */
export async function stopSomewhere(
  options: BootOptions,
  total: number,
  random: (bound: number) => number,
  file: string,
): Promise<Stopped> {
  const guest = await boot(options);
  const at = random(total);
  guest.runToInstruction(at);
  const snapshot = guest.capture({ compiled: random(2) === 0 });
  return { options, guest, snapshot, at, total, random, file };
}
