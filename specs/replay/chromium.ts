/** Debian's Chromium, or another one that `CHROMIUM` names. */
import { chromium, type Browser } from 'playwright-core';
import { lacks } from '../support/tools.ts';

const named = process.env['CHROMIUM'];

/** Whether specs that need it are skipped. */
export const lacksChromium = named === undefined && lacks('chromium');

export const launchChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath: named ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
