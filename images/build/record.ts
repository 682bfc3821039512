/**
 * Writes vendor/results.json: the digests of what this checkout's sources give with the tools of Debian 12. Run it after
 * a change of what runs in the guest, on a machine with those tools: `npm run images:record`.
 */
import { writeFileSync } from 'node:fs';
import { pythonSteps } from '../cpython/recipe.ts';
import { referenceVariant } from '../cpython/variant.ts';
import { kernelSteps } from '../kernel/recipe.ts';
import { libposixStep, libposixSteps } from '../libposix/recipe.ts';
import { muslStep } from '../musl/recipe.ts';
import { zlibStep } from '../zlib/recipe.ts';
import { buildSteps } from './engine.ts';
import { cacheRoot } from './paths.ts';
import { resultsPath } from './results.ts';
import type { RecordedResults } from './results.ts';

const python = pythonSteps(referenceVariant);
const steps = [
  muslStep,
  zlibStep,
  libposixStep,
  kernelSteps.S[128],
  kernelSteps.S[256],
  kernelSteps.M[128],
  kernelSteps.M[256],
  libposixSteps.M['no-pie'],
  python.linked,
  python.stripped,
];
const { built } = await buildSteps(steps, { cacheRoot: cacheRoot() });
const results: RecordedResults = Object.fromEntries(
  built.map(({ manifest: { step, sourceKey, digest } }) => [step, { sourceKey, digest }]),
);
writeFileSync(resultsPath, `${JSON.stringify(results, undefined, 2)}\n`);
