/** One row looked at closely: its phases, its kernel calls, and a profile, for the report's pictures. */
import { boot } from '../guest/boot.ts';
import {
  addressesOf,
  DEFAULT_INTERVAL,
  inlinedOrWhyNot,
  nameStacks,
  PhaseWatch,
  sample,
} from '../look/profile/index.ts';
import type { StartupReport } from './report/index.ts';
import { guestSymbols } from '../look/symbols/index.ts';
import { Tracer } from '../look/trace/index.ts';
import type { ReadyRow } from './measure.ts';

/** Phases and kernel calls come from one run, the profile from another: both are the same run to the instruction. */
export async function traceRow(
  { images, options }: ReadyRow,
  interval = DEFAULT_INTERVAL,
): Promise<Pick<StartupReport, 'phases' | 'calls' | 'sampleInterval' | 'stacks'>> {
  const watched = await boot(options);
  const symbols = guestSymbols(watched);
  const phases = new PhaseWatch(watched);
  const tracer = new Tracer(watched);
  await watched.runToEnd();
  const { phases: spans } = phases;
  const calls = tracer.records.map(({ name, instructions, duration }) => ({
    name,
    at: instructions,
    duration: duration ?? 0,
  }));
  watched.dispose();

  const profiled = await boot(options);
  const sampled = await sample(profiled, symbols, interval);
  profiled.dispose();
  const files = { kernel: images.kernel[256].path, program: images.python.debug.path };
  const found = await inlinedOrWhyNot(files, symbols, addressesOf(sampled));
  // Without the tool, or the debug information, the pictures have the functions that were called, and those are right too.
  const { stacks } = nameStacks(sampled, symbols, 'inlined' in found ? found.inlined : undefined);
  return {
    phases: spans.map(({ name, from, to }) => ({ name, from, to })),
    calls,
    sampleInterval: interval,
    stacks,
  };
}
