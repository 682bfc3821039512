/**
 * Runs once before all specs: builds what the guests need, unless it is there, and the command line's bundles, so that
 * no spec pays for it and no two workers do it at the same time.
 *
 * NANVIX_V86_NO_IMAGES=1 leaves the images alone, for work on specs that boot nothing.
 */
import { ensureFullLibrary, ensureImages, ensureRegressionTests, ensureWanted } from '../../images/index.ts';
import type { BuildEvent } from '../../images/index.ts';
import { nanvix } from './command.ts';
import { ensureBundles } from '../../harness/cli/bundle.mjs';

export default async function setup(): Promise<void> {
  await ensureBundles();
  if (process.env['NANVIX_V86_NO_IMAGES'] === '1') return;
  const onProgress = (event: BuildEvent): void => {
    if (event.kind === 'finished') console.error(`images: ${event.step} (${event.seconds.toFixed(1)} s)`);
    if (event.kind === 'failed') console.error(`images: ${event.step} failed`);
  };
  const { warnings } = await ensureImages({ onProgress });
  await ensureWanted({ python: 'full' }, { onProgress });
  await ensureFullLibrary({ onProgress });
  await ensureRegressionTests({ onProgress });
  for (const warning of warnings) console.error(`images: ${warning}`);
  // what the command keeps at its first start, and says so
  await nanvix(['images']);
}
