import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromium, type Browser, type Page } from 'playwright-core';
import { renderFlamePage, renderReport } from '../../harness/study/report/index.ts';
import { lacks } from '../support/tools.ts';
import { sampleReport } from './sample.ts';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
/** Another one may be named; else it is Debian's. */
const skip = process.env['CHROMIUM'] === undefined && lacks('chromium');

describe.skipIf(skip)('the report in a browser', () => {
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
    page = await browser.newPage();
    page.on('console', (message) => problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('request', (request) => problems.push(`asked for ${request.url()}`));
    await page.setContent(renderReport(sampleReport));
  });

  afterAll(async () => {
    await browser.close();
  });

  it('opens without an error and without a request', () => {
    expect(problems).toEqual([]);
  });

  it('draws every chart at a size that can be seen', async () => {
    const sizes = await page
      .locator('svg[aria-label]')
      .evaluateAll((charts) =>
        charts.map((chart) => (chart as unknown as { clientHeight: number }).clientHeight),
      );
    expect(sizes).toHaveLength(4);
    for (const size of sizes) expect(size).toBeGreaterThan(30);
  });

  describe('the flame graph', () => {
    const frame = (name: string) =>
      page
        .locator('.flame-graph rect')
        .filter({ has: page.locator('title', { hasText: new RegExp(`^${name}: `) }) });
    const said = () => page.locator('output').textContent();
    const width = async (name: string): Promise<number> => (await frame(name).boundingBox())?.width ?? 0;

    it('is one stop for Tab, and tells by arrow keys what callers and callees stand for', async () => {
      expect(await page.locator('.flame-graph rect[tabindex="0"]').count()).toBe(1);
      await page.locator('.flame-graph rect[tabindex="0"]').focus();
      await page.keyboard.press('ArrowDown');
      expect(await said()).toMatch(/^main: 100\.0 %/);
      await page.keyboard.press('ArrowDown');
      expect(await said()).toMatch(/^Py_RunMain: 75\.0 %/);
      await page.keyboard.press('ArrowUp');
      expect(await said()).toMatch(/^main: 100\.0 %/);
    });

    it('zooms into a frame by Enter and goes back by Escape, and says so', async () => {
      const [narrow, wide] = [await width('Py_RunMain'), await width('main')];
      await frame('Py_RunMain').focus();
      await page.keyboard.press('Enter');
      expect(await said()).toMatch(/^Zoomed into Py_RunMain: 75\.0 %.* Escape goes back\.$/);
      expect(await width('Py_RunMain')).toBeCloseTo(wide, 0);
      expect(await frame('exit').isVisible()).toBe(false);
      await page.keyboard.press('Escape');
      expect(await said()).toBe('The whole graph is shown.');
      expect(await width('Py_RunMain')).toBeCloseTo(narrow, 0);
      expect(await frame('exit').isVisible()).toBe(true);
    });

    it('zooms by the mouse as well, step by step', async () => {
      const back = page.getByRole('button', { name: 'Zoom out' });
      expect(await back.isDisabled()).toBe(true);
      await frame('Py_RunMain').click();
      await frame('main').click();
      await back.click();
      expect(await said()).toMatch(/^Zoomed into Py_RunMain/);
      await back.click();
      expect(await back.isDisabled()).toBe(true);
    });

    it('marks what is searched for, and says in what share of the samples it is', async () => {
      await page.getByLabel('Find').fill('runmain');
      expect(await said()).toBe('1 frames found, in 75.0 % of the samples');
      expect(await page.locator('.flame-graph .found title').textContent()).toMatch(/^Py_RunMain/);
      await page.keyboard.press('Enter');
      expect(await page.locator('.flame-graph rect:focus title').textContent()).toMatch(/^Py_RunMain/);
      await page.getByLabel('Find').fill('');
      expect(await page.locator('.flame-graph .found').count()).toBe(0);
    });

    it('is a page of its own as well', async () => {
      const { stacks, sampleInterval: interval } = sampleReport;
      const own = await browser.newPage();
      await own.setContent(renderFlamePage({ title: 'hello', interval, stacks }));
      await own.locator('.flame-graph rect').last().press('Enter');
      expect(await own.locator('output').textContent()).toMatch(/^Zoomed into exit: 25\.0 %/);
      await own.close();
    });
  });

  it('marks what the reference claims among the bars of the variants', async () => {
    const marks = page.locator('g.claims title, .claims line title');
    expect(await marks.first().textContent()).toMatch(/^pie, the reference’s claim: \+4\.4 % of its boot/);
  });

  it('scrolls drawings on a narrow screen instead of making them too small or the page too wide', async () => {
    await page.setViewportSize({ width: 400, height: 800 });
    const widths = await page.evaluate(() => {
      const { document } = globalThis as unknown as {
        document: {
          documentElement: { scrollWidth: number };
          querySelector: (what: string) => { clientWidth: number };
        };
      };
      return [document.documentElement.scrollWidth, document.querySelector('svg[aria-label]').clientWidth];
    });
    expect(widths[0]).toBeLessThanOrEqual(400);
    expect(widths[1]).toBeGreaterThan(800);
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  it('follows the reader from light to dark', async () => {
    const background = () =>
      page.locator('body').evaluate((body) => {
        const { getComputedStyle } = globalThis as unknown as {
          getComputedStyle: (element: unknown) => { backgroundColor: string };
        };
        return getComputedStyle(body).backgroundColor;
      });
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await background();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await background()).not.toBe(light);
  });
});
