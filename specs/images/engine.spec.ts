/**
 * The build engine's promises, told with tiny steps: nothing is done twice, nothing half-built is ever used.
 */
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  chmodSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildSteps, findSteps } from '../../images/build/engine.ts';
import { BuildError } from '../../images/build/errors.ts';
import type { Parameter, Step, StepContext } from '../../images/build/step.ts';
import type { BuildEvent } from '../../images/types.ts';

let root: string;
let ran: string[];

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'engine-'));
  ran = [];
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const cache = (): string => path.join(root, 'cache');

/** An input file in the scratch folder. */
function input(name: string, text: string): string {
  const file = path.join(root, name);
  writeFileSync(file, text);
  return file;
}

interface Fake {
  readonly files?: readonly string[];
  readonly steps?: readonly Step[];
  readonly parameters?: Parameter;
  readonly isTool?: boolean;
  readonly run?: (context: StepContext) => Promise<void> | void;
}

/** A step that joins its inputs into the file `result`. */
function fake(name: string, { files = [], steps = [], parameters = null, isTool = false, run }: Fake): Step {
  return {
    name,
    files,
    steps,
    parameters,
    isTool,
    run: async (context) => {
      ran.push(name);
      const parts = [...files, ...steps.map((step) => path.join(context.filesOf(step), 'result'))];
      writeFileSync(
        path.join(context.out, 'result'),
        parts.map((file) => readFileSync(file, 'utf8')).join('+'),
      );
      await run?.(context);
    },
  };
}

async function build(...steps: Step[]): Promise<string[]> {
  const { built } = await buildSteps(steps, { cacheRoot: cache() });
  return built.map((one) => readFileSync(path.join(one.files, 'result'), 'utf8'));
}

async function failure(promise: Promise<unknown>): Promise<BuildError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(BuildError);
  return error as BuildError;
}

/** Names in the cache that are results. */
function entries(): string[] {
  const folder = path.join(cache(), 'images');
  return existsSync(folder) ? readdirSync(folder) : [];
}

describe('a second build', () => {
  it('runs nothing and finds the same results', async () => {
    const step = fake('one', { files: [input('a', 'text')] });
    expect(await build(step)).toEqual(['text']);
    expect(await build(step)).toEqual(['text']);
    expect(ran).toEqual(['one']);
  });

  it('runs what depends on a changed byte, and nothing else', async () => {
    const a = input('a', 'a');
    const left = fake('left', { files: [a] });
    const right = fake('right', { files: [input('b', 'b')] });
    const both = fake('both', { steps: [left, right] });
    await build(both);
    ran = [];
    writeFileSync(a, 'A');
    expect(await build(both)).toEqual(['A+b']);
    expect(ran).toEqual(['left', 'both']);
  });

  it('goes back to old results when an input is changed back', async () => {
    const a = input('a', 'a');
    const step = fake('one', { files: [a] });
    await build(step);
    writeFileSync(a, 'b');
    await build(step);
    writeFileSync(a, 'a');
    ran = [];
    expect(await build(step)).toEqual(['a']);
    expect(ran).toEqual([]);
  });

  it('runs nothing behind a step that came out as before', async () => {
    const comment = input('comment', 'one');
    const first = fake('first', {
      files: [comment],
      run: (context) => {
        writeFileSync(path.join(context.out, 'result'), 'always the same');
      },
    });
    const second = fake('second', { steps: [first] });
    await build(second);
    ran = [];
    writeFileSync(comment, 'two');
    await build(second);
    expect(ran).toEqual(['first']);
  });

  it('runs nothing behind a step that says it is the same, whatever its results are', async () => {
    const place = input('place', 'here');
    const tool = fake('tool', {
      files: [place],
      isTool: true,
      run: (context) => {
        context.identify({ version: 12 });
      },
    });
    const user = fake('user', { steps: [tool] });
    await build(user);
    ran = [];
    writeFileSync(place, 'there');
    await build(user);
    expect(ran).toEqual(['tool']);
  });

  it('runs a step whose parameters changed', async () => {
    await build(fake('one', { parameters: { level: 2, flags: ['a'] } }));
    await build(fake('one', { parameters: { flags: ['a'], level: 2 } }));
    expect(ran).toEqual(['one']);
    await build(fake('one', { parameters: { level: 3, flags: ['a'] } }));
    expect(ran).toEqual(['one', 'one']);
  });

  it('builds again what was cut off in the cache, and says so', async () => {
    const step = fake('one', { files: [input('a', 'text')] });
    const { built } = await buildSteps([step], { cacheRoot: cache() });
    const result = path.join(built[0]?.files ?? '', 'result');
    chmodSync(result, 0o644);
    truncateSync(result, 2);
    const again = await buildSteps([step], { cacheRoot: cache() });
    expect(readFileSync(result, 'utf8')).toBe('text');
    expect(again.warnings).toEqual(['one was damaged in the cache and is built again']);
  });

  it.each(['', '{"format":2', '{}'])('builds again what has the manifest %j', async (manifest) => {
    const step = fake('one', { files: [input('a', 'text')] });
    const { built } = await buildSteps([step], { cacheRoot: cache() });
    writeFileSync(path.join(built[0]?.files ?? '', '..', 'manifest.json'), manifest);
    const again = await buildSteps([step], { cacheRoot: cache() });
    expect(again.warnings).toEqual(['one was damaged in the cache and is built again']);
    expect((await buildSteps([step], { cacheRoot: cache() })).ran).toEqual([]);
  });

  it('builds again what had a byte changed in the cache', async () => {
    const step = fake('one', { files: [input('a', 'text')] });
    const { built } = await buildSteps([step], { cacheRoot: cache() });
    const result = path.join(built[0]?.files ?? '', 'result');
    chmodSync(result, 0o644);
    writeFileSync(result, 'tent');
    expect(await build(step)).toEqual(['text']);
  });
});

describe('one build', () => {
  it('runs a step that two others need once', async () => {
    const shared = fake('shared', { files: [input('a', 'a')] });
    expect(await build(fake('x', { steps: [shared] }), fake('y', { steps: [shared] }))).toEqual(['a', 'a']);
    expect(ran.filter((name) => name === 'shared')).toHaveLength(1);
  });

  it('writes a manifest with inputs, tools and digests', async () => {
    const step = fake('one', {
      files: [input('a', 'text')],
      parameters: { level: 2 },
      run: (context) => {
        context.recordTool('gcc', '12.2.0');
      },
    });
    const { built } = await buildSteps([step], { cacheRoot: cache() });
    const text = readFileSync(path.join(built[0]?.files ?? '', '..', 'manifest.json'), 'utf8');
    expect(JSON.parse(text)).toMatchObject({
      format: 2,
      step: 'one',
      inputs: { parameters: { level: 2 } },
      tools: { gcc: '12.2.0' },
      digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      fileCount: 1,
    });
  });

  it('tells what starts and what is done', async () => {
    const events: BuildEvent[] = [];
    const step = fake('one', {});
    await buildSteps([step], { cacheRoot: cache(), onProgress: (event) => events.push(event) });
    await buildSteps([step], { cacheRoot: cache(), onProgress: (event) => events.push(event) });
    expect(events.map((event) => event.kind)).toEqual(['started', 'finished']);
  });

  it('has keys of sources that are blind to tools', async () => {
    const keyOf = async (version: string): Promise<string | undefined> => {
      const tool = fake('tool', { parameters: version, isTool: true });
      const { built } = await buildSteps([fake('one', { steps: [tool] })], { cacheRoot: cache() });
      return built[0]?.manifest.sourceKey;
    };
    expect(await keyOf('gcc 12')).toBe(await keyOf('gcc 13'));
  });

  it('finds without building', async () => {
    const step = fake('one', { files: [input('a', 'a')] });
    expect(await findSteps([step], { cacheRoot: cache() })).toEqual([undefined]);
    await build(step);
    expect((await findSteps([step], { cacheRoot: cache() }))[0]?.manifest.step).toBe('one');
    expect(ran).toEqual(['one']);
  });
});

describe('a step that fails', () => {
  it('leaves no result, and keeps its log', async () => {
    const step = fake('bad', {
      run: async (context) => {
        await context.run('sh', ['-c', 'echo first; echo the reason >&2; exit 3']);
      },
    });
    const error = await failure(build(step));
    expect(error.kind).toBe('step-failed');
    expect(error.message).toContain('bad failed: sh ended with exit status 3');
    expect(error.message).toContain('the reason');
    expect(readFileSync(error.log ?? '', 'utf8')).toContain('the reason');
    expect(entries()).toEqual([]);
    expect(readdirSync(path.join(cache(), 'tmp'))).toEqual([]);
  });

  it('says the errors of its tool rather than what came last', async () => {
    const lines = ['cc -Werror -c a.c', "cc: error: unrecognized option '-x'", 'make: *** [a.o] Error 1'];
    const step = fake('bad', {
      run: async (context) => {
        await context.run('sh', ['-c', `${lines.map((line) => `echo "${line}"`).join(';')}; exit 2`]);
      },
    });
    const { message } = await failure(build(step));
    expect(message).toMatch(/exit status 2 \(log: [^\n]*\)\n {2}cc: error: unrecognized option '-x'$/);
  });

  it('is tried again the next time', async () => {
    let broken = true;
    const step = fake('flaky', {
      files: [input('a', 'a')],
      run: () => {
        if (broken) throw new Error('not today');
      },
    });
    expect((await failure(build(step))).message).toMatch(/^flaky failed: not today \(log: /);
    broken = false;
    expect(await build(step)).toEqual(['a']);
  });

  it('names the tool that is missing', async () => {
    const step = fake('bad', {
      run: async (context) => {
        await context.run('no-such-tool', []);
      },
    });
    expect(await failure(build(step))).toMatchObject({
      kind: 'tool-missing',
      message: 'bad needs no-such-tool, which is not on this machine',
    });
  });

  it('says what to do about a full disk', async () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    const step = fake('big', {
      run: () => {
        throw full;
      },
    });
    const error = await failure(build(step));
    expect(error.kind).toBe('disk-full');
    expect(error.message).toContain('free about 1 GB there, or set NANVIX_V86_CACHE');
    expect(entries()).toEqual([]);
  });

  it('says what to do about a cache that is no folder', async () => {
    input('cache', 'a file');
    const error = await failure(build(fake('one', {})));
    expect(error).toMatchObject({ kind: 'cache-unwritable' });
    expect(error.message).toContain('set NANVIX_V86_CACHE to a folder that can');
  });

  it.runIf(existsSync('/proc'))('says the same of one in a folder where nobody can make any', async () => {
    const error = await failure(buildSteps([fake('one', {})], { cacheRoot: '/proc/nope' }));
    expect(error).toMatchObject({ kind: 'cache-unwritable' });
  });

  it('says before it starts that the tools cannot take a space in a path', async () => {
    const cacheRoot = path.join(root, 'my cache');
    const step = fake('one', {});
    const error: unknown = await buildSteps([step], { cacheRoot }).catch((one: unknown) => one);
    expect(error).toMatchObject({ kind: 'unusable-path' });
    expect((error as Error).message).toMatch(
      /my cache: choose a folder without one for the build cache, and set NANVIX_V86_CACHE to it$/,
    );
    expect(ran).toEqual([]);
  });

  it('recognizes a full disk in what a tool says', async () => {
    const step = fake('big', {
      run: async (context) => {
        await context.run('sh', ['-c', 'echo "ld: final link failed: No space left on device"; exit 1']);
      },
    });
    expect((await failure(build(step))).kind).toBe('disk-full');
  });

  it('stops its siblings and is the one that is reported', async () => {
    const slow = fake('slow', {
      run: async (context) => {
        await context.run('sleep', ['60']);
      },
    });
    const bad = fake('bad', {
      run: () => {
        throw new Error('the cause');
      },
    });
    expect((await failure(build(slow, bad))).message).toContain('the cause');
    expect(entries()).toEqual([]);
  });
});

describe('an interrupt', () => {
  it('ends the tools, leaves nothing, and the next build goes on from there', async () => {
    const stop = new AbortController();
    const done = fake('done', { files: [input('a', 'a')] });
    let interrupt = true;
    const slow = fake('slow', {
      steps: [done],
      run: async (context) => {
        if (!interrupt) return;
        const running = context.run('sleep', ['60']);
        stop.abort();
        await running;
      },
    });
    const error = await failure(buildSteps([slow], { cacheRoot: cache(), signal: stop.signal }));
    expect(error).toMatchObject({
      kind: 'interrupted',
      message: 'interrupted during slow; run again to go on from there',
    });
    expect(entries().map((name) => name.split('-')[0])).toEqual(['done']);
    interrupt = false;
    ran = [];
    expect(await build(slow)).toEqual(['a']);
    expect(ran).toEqual(['slow']);
  });

  it('before the start runs nothing', async () => {
    const signal = AbortSignal.abort();
    const error = await failure(buildSteps([fake('one', {})], { cacheRoot: cache(), signal }));
    expect(error.kind).toBe('interrupted');
    expect(ran).toEqual([]);
  });
});

describe('two builds at once', () => {
  it('share the work: one builds, the other waits and finds', async () => {
    const events: string[] = [];
    const step = (): Step =>
      fake('shared', {
        files: [path.join(root, 'a')],
        run: async (context) => {
          await context.run('sleep', ['0.3']);
        },
      });
    input('a', 'a');
    const builds = [step(), step()].map((one) =>
      buildSteps([one], { cacheRoot: cache(), onProgress: (event) => events.push(event.kind) }),
    );
    await Promise.all(builds);
    expect(ran).toEqual(['shared']);
    expect(events.sort()).toEqual(['finished', 'started', 'waiting']);
  });

  it('are not held up by a process that died', async () => {
    const step = fake('one', { files: [input('a', 'a')] });
    await build(step);
    const lock = path.join(cache(), 'locks', entries()[0] ?? '');
    rmSync(path.join(cache(), 'images', entries()[0] ?? ''), { recursive: true });
    // No process has this number: the kernel's limit is below it.
    writeFileSync(lock, JSON.stringify({ pid: 2 ** 30, start: '1' }));
    expect(await build(step)).toEqual(['a']);
  });
});
