/** Every figure, in the order in which they are measured and printed. Add a file here and a line below. */
import type { Figure } from '../figure.ts';
import { helloBootMs } from './hello-boot-ms.ts';
import { helloProcessMs } from './hello-process-ms.ts';
import { helloRestoreMs } from './hello-restore-ms.ts';
import { imagesSeconds } from './images-seconds.ts';
import { kernelOverhead } from './kernel-overhead.ts';

export const figures: readonly Figure[] = [
  imagesSeconds,
  helloProcessMs,
  helloBootMs,
  helloRestoreMs,
  kernelOverhead,
];
