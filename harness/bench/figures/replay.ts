/** CPython's hello as a replay, in Chromium: how large it is, and how long its reader waits. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { lacksChromium, launchChromium } from '../../../specs/replay/chromium.ts';
import { bootPlanned, planBoot } from '../../guest/boot.ts';
import { HELLO } from '../../guest/hello.ts';
import { endText, recordRun, renderReplay } from '../../replay/index.ts';
import type { Figure, Measurement } from '../figure.ts';

async function helloReplay(): Promise<string> {
  const plan = await planBoot(HELLO);
  const guest = await bootPlanned(plan);
  try {
    const { outcome } = guest.result(await guest.runToEnd());
    return await renderReplay(
      recordRun(guest, { kind: 'boot', plan }, { title: 'hello', end: endText(outcome) }),
    );
  } finally {
    guest.dispose();
  }
}

/** A browser with the replay beside it, as a file. */
async function prepareBrowser(
  sample: (open: () => Promise<Page>, browser: Browser) => Promise<number>,
): Promise<Measurement> {
  const folder = await mkdtemp(join(tmpdir(), 'nanvix-v86-bench-'));
  const file = join(folder, 'hello.html');
  await writeFile(file, await helloReplay());
  const browser = await launchChromium();
  const open = async (): Promise<Page> => {
    const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    await page.goto(pathToFileURL(file).href, { waitUntil: 'commit' });
    return page;
  };
  return {
    sample: () => sample(open, browser),
    dispose: async () => {
      await browser.close();
      await rm(folder, { recursive: true });
    },
  };
}

const whyNot = (): Promise<string | undefined> =>
  Promise.resolve(lacksChromium ? 'Chromium is not installed' : undefined);

/** What the functions below use of a page's global scope: they run there. */
interface PageScope {
  readonly performance: {
    now(): number;
    getEntriesByType(type: string): readonly { readonly name: string; readonly startTime: number }[];
  };
}

const LAST_CALL = '[role=option][aria-selected=true]';

/** Milliseconds from the start of loading. */
const pageNow = (page: Page): Promise<number> =>
  page.evaluate(() => (globalThis as unknown as PageScope).performance.now());

async function waitUntilItStands(page: Page): Promise<void> {
  await page.locator(LAST_CALL).waitFor();
  await page.getByText('replayed to the same state').waitFor();
  await page.getByRole('status').filter({ hasText: 'instruction count reached' }).waitFor();
}

export const replayBytes: Figure = {
  name: 'replayBytes',
  unit: 'bytes',
  meaning: 'file of hello as a replay',
  target: 12 * 2 ** 20,
  samples: 1,
  warmUp: 0,
  prepare: () => Promise.resolve({ sample: async () => Buffer.byteLength(await helloReplay()) }),
};

export const replayFirstPaintMs: Figure = {
  name: 'replayFirstPaintMs',
  unit: 'ms',
  meaning: 'from opening that replay in Chromium to the first paint with content',
  target: 1000,
  samples: 5,
  warmUp: 1,
  whyNot,
  prepare: () =>
    prepareBrowser(async (open) => {
      const page = await open();
      await page.locator('h1').waitFor();
      await page.locator(LAST_CALL).waitFor();
      const paint = await page.evaluate(
        () =>
          (globalThis as unknown as PageScope).performance
            .getEntriesByType('paint')
            .find(({ name }) => name === 'first-contentful-paint')?.startTime,
      );
      await page.close();
      return paint ?? Number.NaN;
    }),
};

export const replayLastCallMs: Figure = {
  name: 'replayLastCallMs',
  unit: 'ms',
  meaning: 'from opening it to standing at the last call',
  target: 4000,
  samples: 5,
  warmUp: 1,
  whyNot,
  prepare: () =>
    prepareBrowser(async (open) => {
      const page = await open();
      await page.locator(LAST_CALL).waitFor();
      const at = await pageNow(page);
      await page.close();
      return at;
    }),
};

export const replayStepBackMs: Figure = {
  name: 'replayStepBackMs',
  unit: 'ms',
  meaning: 'a step back there, from the key to what the page shows',
  target: 100,
  samples: 15,
  warmUp: 2,
  whyNot,
  prepare: async () => {
    let page: Promise<Page> | undefined;
    return await prepareBrowser(async (open) => {
      const standing = await (page ??= open().then(async (opened) => {
        await waitUntilItStands(opened);
        return opened;
      }));
      const slider = standing.getByRole('slider');
      const at = Number(await slider.getAttribute('aria-valuenow'));
      const before = await pageNow(standing);
      await standing.keyboard.press('S');
      await standing.locator(`[role=slider][aria-valuenow="${at - 1}"]`).waitFor();
      return (await pageNow(standing)) - before;
    });
  },
};
