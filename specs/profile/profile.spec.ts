import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureImages } from '../../images/index.ts';
import { boot } from '../../harness/index.ts';
import { HELLO } from '../../harness/hello.ts';
import { PhaseWatch, profile, toFoldedStacks, toSpeedscope } from '../../harness/profile/index.ts';
import type { PhaseSpan, Profile } from '../../harness/profile/index.ts';
import { GuestSymbols } from '../../harness/symbols/index.ts';

async function helloSymbols(): Promise<GuestSymbols> {
  const images = await ensureImages();
  return new GuestSymbols({
    kernel: readFileSync(images.kernel[256].path),
    program: readFileSync(images.python.symbols.path),
  });
}

const stillClock = () => 0;

describe('the phases of a hello', () => {
  let spans: readonly PhaseSpan[];
  let instructions: number;

  beforeAll(async () => {
    const guest = await boot(HELLO);
    const watch = new PhaseWatch(guest, await helloSymbols(), stillClock);
    await guest.runToEnd();
    spans = watch.spans;
    instructions = guest.machine.instructions;
    guest.dispose();
  });

  it('come in the order of a start', () => {
    expect(spans.map(({ name }) => name)).toEqual([
      'kernel start',
      'loading',
      'start code',
      'relocation',
      'arguments',
      'libc start',
      'main',
      'Py_Initialize: configuration',
      'Py_Initialize: core',
      'Py_Initialize: main',
      'Py_Initialize: encodings and streams',
      'script',
      'finalization',
      'exit',
    ]);
  });

  it('follow one another without gaps, from reset to the exit', () => {
    expect(spans[0]?.from).toBe(0);
    expect(spans.at(-1)?.to).toBe(instructions);
    spans.slice(1).forEach((span, index) => {
      expect(span.from).toBe(spans[index]?.to);
    });
  });

  it('are watched for without an instruction more', async () => {
    const guest = await boot(HELLO);
    await guest.runToEnd();
    expect(guest.machine.instructions).toBe(instructions);
    guest.dispose();
  });
});

describe('a profile of a hello', () => {
  const INTERVAL = 200_003;
  let sampled: Profile;

  beforeAll(async () => {
    const guest = await boot(HELLO);
    sampled = profile(guest, await helloSymbols(), INTERVAL);
    expect(guest.output).toContain('Hello from Python');
    guest.dispose();
  });

  it('ends as the run ends', () => {
    expect(sampled.end).toEqual({ kind: 'exit', status: 0 });
  });

  it('is the same each time', async () => {
    const guest = await boot(HELLO);
    expect(profile(guest, await helloSymbols(), INTERVAL)).toEqual(sampled);
    guest.dispose();
  });

  it('walks every stack out to the start code', () => {
    const roots = new Set(
      sampled.stacks.filter(({ frames }) => frames.includes('main')).map(({ frames }) => frames[0]),
    );
    expect(roots).toEqual(new Set(['_start']));
  });

  it('goes to speedscope with every sample weighted in instructions', () => {
    const file = toSpeedscope(sampled, 'hello') as {
      profiles: [{ endValue: number; weights: number[]; samples: number[][] }];
    };
    const total = sampled.stacks.reduce((sum, { samples }) => sum + samples, 0);
    expect(file.profiles[0].endValue).toBe(total * INTERVAL);
    expect(file.profiles[0].samples).toHaveLength(file.profiles[0].weights.length);
  });

  it('goes to flame graph tools as one folded stack a line', () => {
    const lines = toFoldedStacks(sampled).trimEnd().split('\n');
    expect(lines).toHaveLength(sampled.stacks.length);
    for (const line of lines) expect(line).toMatch(/^[^;]+(;[^;]+)* \d+$/);
  });
});
