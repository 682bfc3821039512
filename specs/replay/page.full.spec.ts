/** A replay opened from disk: what its reader sees and does. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { renderReplay } from '../../harness/replay/index.ts';
import { lacksChromium, launchChromium } from './chromium.ts';
import { recordSample, type Sample } from './sample.ts';

describe.skipIf(lacksChromium)('a replay in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-replay-'));
  const file = join(folder, 'bug.html');
  const problems: string[] = [];
  let sample: Sample;
  let browser: Browser;
  let page: Page;

  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const place = async (): Promise<number> =>
    Number(await page.getByRole('slider').getAttribute('aria-valuenow'));
  const selected = () => page.locator('[role=option][aria-selected=true]').textContent();
  const standing = () => page.getByRole('status').textContent();
  /** Waits until the page says something. */
  const says = async (text: string | RegExp): Promise<void> => {
    await page.getByRole('status').filter({ hasText: text }).waitFor();
  };
  const goTo = async (instructions: number): Promise<void> => {
    await page.getByLabel('Instruction').fill(String(instructions));
    await page.keyboard.press('Enter');
    await says(`[${instructions}]`);
  };

  beforeAll(async () => {
    sample = await recordSample();
    writeFileSync(file, await renderReplay(sample.run));
    browser = await launchChromium();
    page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    page.on('console', (message) => problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('request', (request) => {
      if (/^(http|ws)/.test(request.url())) problems.push(`asked for ${request.url()}`);
    });
    await page.goto(pathToFileURL(file).href);
    await page.locator('[role=option][aria-selected=true]').waitFor();
    await page.getByText('replayed to the same state').waitFor();
    await says('instruction count reached');
  });

  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  it('opens at the last call, with the calls as trace prints them, and asks nobody for anything', async () => {
    expect(await selected()).toMatch(/^\d\.\d{9} \[1\] +kernel\.exit\(7\) = \?$/);
    expect(problems).toEqual([]);
  });

  it('has landmarks, and a name for every control', async () => {
    for (const landmark of ['banner', 'navigation', 'main', 'contentinfo'] as const)
      expect(await page.getByRole(landmark).count()).toBe(1);
    for (const name of [
      'Calls',
      'Registers',
      'Call stack',
      'Disassembly',
      'Memory',
      'Open files',
      'Output so far',
    ])
      expect(await page.getByRole('region', { name, exact: true }).count()).toBeGreaterThan(0);
  });

  it('steps forwards and backwards, by buttons and by keys', async () => {
    const at = await place();
    await button('Step back').click();
    await says(`[${at - 1}]`);
    await page.keyboard.press('S');
    await says(`[${at - 2}]`);
    await page.keyboard.press('s');
    await says(`[${at - 1}]`);
  });

  it('goes from call to call, of those that are listed', async () => {
    await page.getByPlaceholder(/^Search/).fill('clock_gettime');
    await button('To the start').click();
    await says('[0]');
    await button('Next call').click();
    await says(/instruction count reached/);
    expect(await selected()).toMatch(/clock_gettime/);
    const first = await place();
    await page.getByRole('slider').press('ArrowRight');
    await page.locator(`[role=slider]:not([aria-valuenow="${first}"])`).waitFor();
    expect(await selected()).toMatch(/clock_gettime/);
    expect(await page.getByText('5 of').count()).toBe(1);
    await page.getByPlaceholder(/^Search/).fill('');
  });

  it('goes to any place by a click on the timeline', async () => {
    await goTo(0);
    await page.getByRole('slider').click({ position: { x: 700, y: 10 } });
    await page.locator('[role=slider]:not([aria-valuenow="0"])').waitFor();
    expect(Math.abs((await place()) / sample.result.instructions - 0.5)).toBeLessThan(0.05);
  });

  it('stops at a symbol and at the writes of a variable, forwards and backwards', async () => {
    const add = async (kind: string, what: string): Promise<void> => {
      await page.getByLabel('Kind of stop').selectOption({ label: kind });
      await page.getByLabel('Which').fill(what);
      await button('Add').click();
      await page.locator('.stops li').filter({ hasText: what }).waitFor();
    };
    await goTo(0);
    await add('an address or symbol', 'count');
    await button('Continue').click();
    await says('breakpoint');
    expect(await page.locator('.code tr.current').textContent()).toContain('count');
    expect(await page.locator('.stack li').nth(1).textContent()).toMatch(/^main\+0x/);
    await page.locator('.stops li button').click();
    await page.locator('.stops li').waitFor({ state: 'detached' });
    await add('a write of', 'counter');
    await button('Continue').click();
    await says('write at');
    const write = await place();
    await button('Continue').click();
    await page.locator(`[role=slider]:not([aria-valuenow="${write}"])`).waitFor();
    await button('Continue backwards').click();
    await says('write at');
    await page.locator('.stops li button').click();
    await page.locator('.stops li').waitFor({ state: 'detached' });
  });

  it('shows memory where it is told to, and goes back to its last write', async () => {
    await button('To the end').click();
    await says('ended with status 7');
    await button('Step back').click();
    await page.getByLabel('At', { exact: true }).fill('counter');
    await button('Show').click();
    await page
      .getByRole('region', { name: 'Memory', exact: true })
      .locator('pre')
      .filter({ hasText: /^[0-9a-f]{8} {2}0a 00 00 00/ })
      .waitFor();
    await button('◁ Last write').click();
    await says('<count');
    expect(await page.locator('.memory pre').textContent()).toMatch(/^[0-9a-f]{8} {2}09 00 00 00/);
  });

  it('takes every command of the debugger, and says what is wrong', async () => {
    await page.getByPlaceholder(/^help/).fill('print counter');
    await page.keyboard.press('Enter');
    await page
      .getByRole('log')
      .filter({ hasText: /print counter\n/ })
      .waitFor();
    await page.getByPlaceholder(/^help/).fill('snapshot save here.snap');
    await page.keyboard.press('Enter');
    await page.getByRole('log').filter({ hasText: 'error: a page has no files' }).waitFor();
  });

  it('tells what was printed by the place from what comes later', async () => {
    await goTo(0);
    expect(await page.locator('.output .so-far').first().textContent()).toBe('');
    expect(await page.locator('.output .later').first().textContent()).toBe(sample.result.output);
    await button('To the end').click();
    await says('ended with status 7');
    expect(await page.locator('.output .so-far').first().textContent()).toBe(sample.result.output);
  });

  it('draws a flame graph of a stretch, and comes back to the place', async () => {
    await goTo(20_000);
    await button('Mark here').click();
    await button('To the end').click();
    await says('ended with status');
    const at = await place();
    await button('Flame graph of the stretch').click();
    await page.locator('.flame-frame').filter({ hasText: 'main' }).first().waitFor();
    expect(await place()).toBe(at);
  });

  it('is linked to with the place in the address', async () => {
    await goTo(12_345);
    await button('Copy link').click();
    await page
      .getByRole('log')
      .filter({ hasText: /the link is/ })
      .waitFor();
    const url = page.url();
    expect(url).toContain('#at=12345&memory=counter');
    const other = await browser.newPage();
    await other.goto(url);
    await other.getByRole('status').filter({ hasText: '[12345]' }).waitFor();
    expect(await other.getByLabel('At', { exact: true }).inputValue()).toBe('counter');
    await other.close();
  });

  it('fits a phone, and follows the reader into the dark', async () => {
    const background = () =>
      page.locator('body').evaluate((body) => {
        const { getComputedStyle } = globalThis as unknown as {
          getComputedStyle: (one: unknown) => { backgroundColor: string };
        };
        return getComputedStyle(body).backgroundColor;
      });
    const light = await background();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await background()).not.toBe(light);
    await page.setViewportSize({ width: 390, height: 800 });
    const width = await page
      .locator('html')
      .evaluate((root) => (root as unknown as { scrollWidth: number }).scrollWidth);
    expect(width).toBeLessThanOrEqual(390);
    expect(await standing()).toContain('[12345]');
  });
});
