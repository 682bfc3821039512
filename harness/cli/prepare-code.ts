/**
 * Makes the compiled code that is kept for CPython, by running hello, which goes through most of what any script starts with; and for
 * a snapshot, by running what comes after it.
 */
import { codeIsKept } from '../../emulator/index.ts';
import type { BootImages } from '../../images/types.ts';
import { boot } from '../guest/boot.ts';
import { userStore } from '../cache/index.ts';
import type { Guest } from '../guest/guest.ts';
import type { GuestSnapshot } from '../guest/guest-snapshot.ts';
import { HELLO } from '../guest/hello.ts';
import { codeKey } from '../guest/kept-code.ts';
import { DEFAULT_MEMORY_MIB } from '../guest/options.ts';
import { restoreSnapshot } from '../guest/restore.ts';
import { isRepeated } from './repeated.ts';

/**
 * Keeps compiled code for CPython on the usual kernel, if these images have both, unless there is some for them and this Node, or there is nowhere to keep it. Takes
 * some seconds, of which `onStart` tells.
 *
 * @param when With `second-use` the first to ask gets nothing but a mark for the next: who runs CPython once, as a job of CI does that
 *   starts with an empty cache, would wait longer than the code saves.
 */
export async function prepareCode(
  images: BootImages,
  when: 'now' | 'second-use',
  onStart: () => void,
): Promise<void> {
  const { kernel, python } = images;
  const usual = kernel[DEFAULT_MEMORY_MIB];
  if (usual === undefined || python === undefined) return;
  const key = codeKey(usual.sha256, python.elf.sha256, DEFAULT_MEMORY_MIB);
  const store = userStore();
  if (codeIsKept(store, key) || !store.canKeep('guest-code')) return;
  if (when === 'second-use' && !isRepeated(key)) return;
  onStart();
  const guest = await boot({ ...HELLO, images });
  guest.machine.compileForManyRuns();
  const timeZero = guest.capture({ compiled: false });
  await runObserved(guest);
  // Where code must be left has been learnt by now. What is compiled from here on can be, and is no more than one run needs:
  // to take code up costs a run more than to interpret what it goes through seldom.
  guest.restore(timeZero);
  await runObserved(guest);
  guest.restore(timeZero, 'continue', { compiled: 'keep' });
  guest.machine.keepCode(key);
  guest.dispose();
}

/**
 * Keeps compiled code for what comes after a snapshot, where it was wanted before and there is somewhere to keep it. Takes some seconds,
 * of which `onStart` tells. The guest that runs for it is one of its own, and nothing of what it writes is seen.
 *
 * @param key As `wantedKeyOfRestored` gives it.
 */
export async function prepareCodeOfSnapshot(
  snapshot: GuestSnapshot,
  key: string,
  onStart: () => void,
): Promise<void> {
  const store = userStore();
  if (!store.canKeep('guest-code') || !isRepeated(key)) return;
  onStart();
  const guest = await restoreSnapshot(snapshot);
  guest.warm(snapshot);
  guest.machine.keepCode(key);
  guest.dispose();
}

/** Code that can be left where a tracer and the phases look on serves runs with and without them. */
async function runObserved(guest: Guest): Promise<void> {
  // These bring along a disassembler, for which a run that finds its code kept need not wait.
  const [{ PhaseWatch }, { guestSymbols }, { Tracer }] = await Promise.all([
    import('../guest/phases/watch.ts'),
    import('../look/symbols/index.ts'),
    import('../look/trace/index.ts'),
  ]);
  const tracer = new Tracer(guest, { levels: ['kernel', 'posix'], symbols: guestSymbols(guest) });
  new PhaseWatch(guest);
  guest.run();
  tracer.detach();
}
