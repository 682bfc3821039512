import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { ensureAddr2line, ensureImages } from '../../images/index.ts';
import { boot, run } from '../../harness/index.ts';
import { HELLO } from '../../harness/guest/hello.ts';
import {
  addressesOf,
  inlinedAt,
  nameStacks,
  parseInlined,
  PhaseWatch,
  profile,
  sample,
  toFoldedStacks,
  toSpeedscope,
} from '../../harness/look/profile/index.ts';
import type { GuestPhase, Profile } from '../../harness/look/profile/index.ts';
import { GuestSymbols } from '../../harness/look/symbols/index.ts';

async function helloSymbols(): Promise<GuestSymbols> {
  const images = await ensureImages();
  return new GuestSymbols({
    kernel: readFileSync(images.kernel[256].path),
    program: readFileSync(images.python.symbols.path),
  });
}

const stillClock = () => 0;

describe('the phases of a hello', () => {
  let spans: readonly GuestPhase[];
  let instructions: number;

  beforeAll(async () => {
    const guest = await boot(HELLO);
    const watch = new PhaseWatch(guest, { clock: stillClock });
    await guest.runToEnd();
    spans = watch.phases;
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
      'Py_Initialize: interpreter',
      'Py_Initialize: types',
      'Py_Initialize: sys and builtins',
      'Py_Initialize: import system',
      'Py_Initialize: encodings',
      'Py_Initialize: streams and site',
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

  it('are part of what a whole run tells', async () => {
    const { guestPhases } = await run({ ...HELLO, wallClock: stillClock });
    expect(guestPhases).toEqual(spans);
  });

  it('are watched for without an instruction more', async () => {
    const guest = await boot(HELLO);
    await guest.runToEnd();
    expect(guest.machine.instructions).toBe(instructions);
    guest.dispose();
  });

  it('are the same for a process that finds nothing kept by earlier ones', async () => {
    const images = await ensureImages();
    const cache = mkdtempSync(join(tmpdir(), 'nanvix-v86-cache-'));
    vi.stubEnv('NANVIX_V86_CACHE', cache);
    vi.resetModules();
    try {
      const [harness, profiler] = await Promise.all([
        import('../../harness/index.ts'),
        import('../../harness/look/profile/index.ts'),
      ]);
      const guest = await harness.boot({ ...HELLO, images });
      const watch = new profiler.PhaseWatch(guest, { clock: stillClock });
      await guest.runToEnd();
      expect(watch.phases).toEqual(spans);
      guest.dispose();
    } finally {
      vi.unstubAllEnvs();
      rmSync(cache, { recursive: true });
    }
  });
});

describe('inlined calls', () => {
  it('are read from what addr2line says, outermost first, without the function they are in', () => {
    const answers = [
      ...[
        '0x40001000',
        'slotptr',
        '/work/a.c:3',
        'update_one_slot',
        '/work/a.c:9',
        'type_ready',
        '/work/a.c:20',
      ],
      ...['0x40002000', 'main', '/work/main.c:1', '0x40003000', '??', '??:0', ''],
    ].join('\n');
    expect([...parseInlined(answers)]).toEqual([
      [0x40001000, ['update_one_slot', 'slotptr']],
      [0x40002000, []],
      [0x40003000, []],
    ]);
  });

  it('have frames of their own, in kernel and program, and change nothing else', async () => {
    const images = await ensureImages();
    const symbols = await helloSymbols();
    const guest = await boot(HELLO);
    const sampled = await sample(guest, symbols, 50_021);
    guest.dispose();
    const files = { kernel: images.kernel[256].path, program: images.python.debug.path };
    const inlined = await inlinedAt(await ensureAddr2line(), files, symbols, addressesOf(sampled));
    const named = nameStacks(sampled, symbols, inlined);
    const frames = named.stacks.flatMap((stack) => stack.frames);
    expect(frames).toContain('deopt_code (inlined)');
    const samples = (stacks: Profile['stacks']): number => stacks.reduce((sum, one) => sum + one.samples, 0);
    expect(samples(named.stacks)).toBe(samples(nameStacks(sampled, symbols).stacks));
    const without = named.stacks.map((stack) => stack.frames.filter((frame) => !frame.endsWith('(inlined)')));
    const plain = new Set(nameStacks(sampled, symbols).stacks.map((stack) => stack.frames.join()));
    for (const stack of without) expect(plain).toContain(stack.join());
  });

  it('are left out where a file says nothing of them', async () => {
    const symbols = await helloSymbols();
    const inlined = await inlinedAt(await ensureAddr2line(), {}, symbols, [0x40001000]);
    expect(inlined(0x40001000)).toEqual([]);
  });
});

describe('a profile of a hello', () => {
  const INTERVAL = 200_003;
  let sampled: Profile;

  beforeAll(async () => {
    const guest = await boot(HELLO);
    sampled = await profile(guest, await helloSymbols(), INTERVAL);
    expect(guest.output).toContain('Hello from Python');
    guest.dispose();
  });

  it('ends as the run ends', () => {
    expect(sampled.end).toEqual({ kind: 'exit', status: 0 });
  });

  it('is the same each time', async () => {
    const guest = await boot(HELLO);
    expect(await profile(guest, await helloSymbols(), INTERVAL)).toEqual(sampled);
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

  it('is for speedscope what its own schema asks for', () => {
    const path = createRequire(import.meta.url).resolve('speedscope/dist/release/file-format-schema.json');
    const schema = JSON.parse(readFileSync(path, 'utf8')) as object;
    const validate = new Ajv({ strict: false }).compile(schema);
    validate(toSpeedscope(sampled, 'hello'));
    expect(validate.errors).toBeNull();
    expect(validate({ ...toSpeedscope(sampled, 'hello'), profiles: [{ type: 'sampled' }] })).toBe(false);
  });

  it('goes to flame graph tools as one folded stack a line', () => {
    const lines = toFoldedStacks(sampled).trimEnd().split('\n');
    expect(lines).toHaveLength(sampled.stacks.length);
    for (const line of lines) expect(line).toMatch(/^[^;]+(;[^;]+)* \d+$/);
  });
});
