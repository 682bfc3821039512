/** Replays of runs that began or ended otherwise than a hello: from a snapshot, and with a fault. Opened in a browser. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootPlanned, planBoot } from '../../harness/guest/boot.ts';
import { restoreSnapshot } from '../../harness/guest/restore.ts';
import { endText, recordRun, renderReplay } from '../../harness/replay/index.ts';
import type { RecordedRun } from '../../harness/replay/index.ts';
import { symbolFilesOf } from '../../harness/snapshots/find-symbols.ts';
import { debuggedProgram } from '../debug/program.ts';
import { compileC } from '../support/programs.ts';
import { lacksChromium, launchChromium } from './chromium.ts';

const CRASHING = `
#include <stdio.h>
int *target;
static __attribute__((noinline)) void store(int value) { *target = value; }
int main(void) { puts("before"); store(7); puts("after"); return 0; }
`;

describe.skipIf(lacksChromium)('a replay', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-replay-'));
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  async function opened(name: string, run: RecordedRun): Promise<Page> {
    const file = join(folder, name);
    writeFileSync(file, await renderReplay(run));
    const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    await page.goto(pathToFileURL(file).href);
    await page.locator('[role=option][aria-selected=true]').waitFor();
    await page.getByRole('status').filter({ hasText: 'instruction count reached' }).waitFor();
    return page;
  }

  it('from a snapshot begins there, ends in the same state, and steps back', async () => {
    const plan = await planBoot({ program: await debuggedProgram(), memoryMiB: 128 });
    const booted = await bootPlanned(plan);
    booted.run({ instructions: 20_000 });
    const snapshot = booted.capture();
    booted.dispose();
    const guest = await restoreSnapshot(snapshot, {});
    const { outcome, output } = guest.result(await guest.runToEnd());
    const run = recordRun(
      guest,
      { kind: 'snapshot', snapshot },
      { title: 'restored', end: endText(outcome), symbols: await symbolFilesOf(guest) },
    );
    guest.dispose();
    const page = await opened('restored.html', run);
    await page.getByText('replayed to the same state').waitFor();
    expect(Number(await page.getByRole('slider').getAttribute('aria-valuemin'))).toBe(
      snapshot.machine.instructions,
    );
    expect(await page.locator('.output pre').first().textContent()).toContain(output.trim());
    const at = Number(await page.getByRole('slider').getAttribute('aria-valuenow'));
    await page.keyboard.press('S');
    await page.locator(`[role=slider][aria-valuenow="${at - 1}"]`).waitFor();
    await page.close();
  });

  it('of a program that crashes says so, and goes back to the instruction that did it', async () => {
    const plan = await planBoot({ program: await compileC('crashing', CRASHING) });
    const guest = await bootPlanned(plan);
    const { outcome } = guest.result(await guest.runToEnd());
    const run = recordRun(guest, { kind: 'boot', plan }, { title: 'crashing', end: endText(outcome) });
    guest.dispose();
    const page = await opened('crashing.html', run);
    expect(await page.locator('body').textContent()).toContain(run.recording.end.text);
    // as a reader would: stop where the program is at fault, and go back to it from the end
    await page.getByPlaceholder(/^help/).fill('catch fault');
    await page.keyboard.press('Enter');
    await page.locator('.stops li').waitFor();
    await page.getByRole('button', { name: 'To the end', exact: true }).click();
    await page.getByRole('button', { name: 'Continue backwards', exact: true }).click();
    await page.getByRole('status').filter({ hasText: 'fault' }).waitFor();
    expect(await page.locator('.stack').textContent()).toContain('store');
    const at = Number(await page.getByRole('slider').getAttribute('aria-valuenow'));
    await page.keyboard.press('S');
    await page.locator(`[role=slider]:not([aria-valuenow="${at}"])`).waitFor();
    expect(await page.locator('.code tr.current').textContent()).toContain('store');
    await page.close();
  });
});
