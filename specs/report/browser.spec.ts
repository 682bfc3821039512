import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromium, type Browser, type Page } from 'playwright-core';
import { renderReport } from '../../harness/report/index.ts';
import { sampleReport } from './sample.ts';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const installed = existsSync(CHROMIUM);
if (!installed && process.env['CI'] !== undefined) throw new Error(`CI needs Chromium at ${CHROMIUM}`);
if (!installed)
  console.warn(`skipped: no Chromium at ${CHROMIUM} (apt-get install chromium, or set CHROMIUM)`);

describe.skipIf(!installed)('the report in a browser', () => {
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
      .locator('svg[role=img]')
      .evaluateAll((charts) =>
        charts.map((chart) => (chart as unknown as { clientHeight: number }).clientHeight),
      );
    expect(sizes).toHaveLength(4);
    for (const size of sizes) expect(size).toBeGreaterThan(30);
  });

  it('tells by keyboard what a frame of the flame graph stands for', async () => {
    await page.locator('rect[tabindex]').first().focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('output').textContent()).toMatch(/^main: 100\.0 %/);
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
      return [document.documentElement.scrollWidth, document.querySelector('svg[role=img]').clientWidth];
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
