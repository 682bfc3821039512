/** The machine in a page is the machine under Node: the same instructions, output and state at the end. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { replayScripts } from '../../harness/replay/bundle.mjs';
import { renderReplay } from '../../harness/replay/index.ts';
import { runFirst } from '../../harness/replay/worker/first-run.ts';
import type { CallRow, FromWorker } from '../../harness/replay/protocol.ts';
import { startSession } from '../../harness/replay/worker/start.ts';
import { projectRoot } from '../../images/build/paths.ts';
import { lacksChromium, launchChromium } from './chromium.ts';
import { recordSample, type Sample } from './sample.ts';

let sample: Sample;
beforeAll(async () => {
  sample = await recordSample();
});

describe('a recorded run', () => {
  it('runs again from what was recorded, and notes its calls on the way', async () => {
    const session = await startSession(sample.run);
    const rows: CallRow[] = [];
    await runFirst(session, sample.run.recording.end, {
      progress: () => undefined,
      calls: (more) => rows.push(...more),
    });
    expect(session.position).toBe(sample.result.instructions);
    expect(session.guest.output).toBe(sample.result.output);
    expect(sample.result.output).toContain('read 1');
    expect(session.guest.result({ kind: 'exit', status: 7 }).exitStatus).toBe(7);
    expect(rows.map(({ level, name }) => `${level} ${name}`)).toEqual(
      expect.arrayContaining(['posix clock_gettime64', 'kernel mmap', 'kernel recv']),
    );
    session.dispose();
  });

  it('of another version is refused', async () => {
    const { recording, parts } = sample.run;
    const other = { ...recording, version: 2 as unknown as 1 };
    await expect(startSession({ recording: other, parts })).rejects.toThrow(
      /version 2: replay it where it was made/,
    );
  });
});

describe.skipIf(lacksChromium)('the machine in a page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
  });

  it('ends with the same instruction count, output and state as under Node', async () => {
    const { worker } = await replayScripts(projectRoot);
    const held = (await renderReplay(sample.run)).matchAll(/data-part="(\w+)">([^<]*)/g);
    const texts = [...held].filter(([, name]) => name !== 'worker').map(([, name, text]) => [name, text]);
    const page = await browser.newPage();
    const run = async ([source, parts]: [string, object]): Promise<unknown> => {
      const { Worker } = globalThis as unknown as {
        Worker: new (url: string) => {
          onmessage: (event: { data: FromWorker }) => void;
          postMessage: (message: unknown) => void;
        };
      };
      const machine = new Worker(URL.createObjectURL(new Blob([source])));
      return await new Promise((resolve) => {
        const heard: Record<string, unknown> = {};
        machine.onmessage = ({ data }) => {
          if (data.kind === 'opened') {
            heard['place'] = data.view.place;
            heard['output'] = new TextDecoder().decode(data.output.stdout);
          }
          if (data.kind === 'verified') resolve({ ...heard, fingerprint: data.fingerprint, same: data.same });
          if (data.kind === 'failed') resolve(data);
        };
        machine.postMessage({ kind: 'open', texts: parts });
      });
    };
    const said = await page.evaluate(run, [worker, Object.fromEntries(texts)] as [string, object]);
    expect(said).toEqual({
      place: sample.result.instructions,
      output: sample.result.output,
      fingerprint: sample.run.recording.end.fingerprint,
      same: true,
    });
  });
});
