/** One hello looked at closely: its phases, its kernel calls, and a profile, for the report's pictures. */
import { readFileSync } from 'node:fs';
import { ensureImages } from '../../images/index.ts';
import { boot } from '../boot.ts';
import { HELLO } from '../hello.ts';
import { DEFAULT_INTERVAL, PhaseWatch, profile } from '../profile/index.ts';
import type { StartupReport } from '../report/index.ts';
import { GuestSymbols } from '../symbols/index.ts';
import { Tracer } from '../trace/index.ts';

/** Phases and kernel calls come from one run, the profile from another: both are the same run to the instruction. */
export async function traceHello(
  interval = DEFAULT_INTERVAL,
): Promise<Pick<StartupReport, 'phases' | 'calls' | 'sampleInterval' | 'stacks'>> {
  const images = await ensureImages();
  const symbols = new GuestSymbols({
    kernel: readFileSync(images.kernel[256].path),
    program: readFileSync(images.python.symbols.path),
  });
  const watched = await boot({ ...HELLO, images });
  const phases = new PhaseWatch(watched);
  const tracer = new Tracer(watched);
  await watched.runToEnd();
  const { spans } = phases;
  const calls = tracer.records.map(({ name, instructions, duration }) => ({
    name,
    at: instructions,
    duration: duration ?? 0,
  }));
  watched.dispose();

  const profiled = await boot({ ...HELLO, images });
  const { stacks } = profile(profiled, symbols, interval);
  profiled.dispose();
  return {
    phases: spans.map(({ name, from, to }) => ({ name, from, to })),
    calls,
    sampleInterval: interval,
    stacks,
  };
}
