/** Every figure, in the order in which they are measured and printed. Add a file here and a line below. */
import type { Figure } from '../figure.ts';
import { helloBootMs } from './hello-boot-ms.ts';
import { helloProcessMs } from './hello-process-ms.ts';
import { helloRestoreMs } from './hello-restore-ms.ts';
import { imagesSeconds } from './images-seconds.ts';
import {
  bestBootMs,
  bestInstructions,
  bestOwnInstructions,
  bestRestoreHelloMs,
  bestWarmBootMs,
} from './best.ts';
import { dumpedBootMs, dumpedInstructions } from './dumped.ts';
import { bareHelloMs, firstHelloMs, libraryLoadMs, tccSeconds } from './installed.ts';
import { nanvixdRatio } from './nanvixd-ratio.ts';
import { peerColdRatio, peerRestoreRatio } from './peer.ts';
import { captureMs } from './capture-ms.ts';
import { forkHellosPerSecond } from './fork-hellos-per-second.ts';
import { replayBytes, replayFirstPaintMs, replayLastCallMs, replayStepBackMs } from './replay.ts';
import { forksResidentMiB, fullGuestResidentMiB, guestResidentMiB } from './resident.ts';
import { restoreFileProcessMs } from './restore-file-process-ms.ts';
import { restoreHelloMs } from './restore-hello-ms.ts';
import { regrtestRestoreMs } from './regrtest-restore-ms.ts';
import { restoreMs } from './restore-ms.ts';
import { snapshotFileBytes } from './snapshot-file-bytes.ts';
import { kernelOverhead } from './kernel-overhead.ts';
import { traceKernelOverhead, traceOverhead } from './trace-kernel-overhead.ts';
import { tracePosixOverhead } from './trace-posix-overhead.ts';
import { hostMips, interpretedShare, sustainedIcount, sustainedStock, sustainedTcg } from './sustained.ts';
import { phasesOverhead } from './phases-overhead.ts';
import { stepsPerSecond } from './steps-per-second.ts';
import { stepBackFirstMs, stepBackMs } from './step-back.ts';

export const figures: readonly Figure[] = [
  imagesSeconds,
  helloProcessMs,
  nanvixdRatio,
  helloBootMs,
  helloRestoreMs,
  kernelOverhead,
  restoreMs,
  restoreHelloMs,
  restoreFileProcessMs,
  captureMs,
  snapshotFileBytes,
  forkHellosPerSecond,
  guestResidentMiB,
  fullGuestResidentMiB,
  forksResidentMiB,
  regrtestRestoreMs,
  bestInstructions,
  bestOwnInstructions,
  bestBootMs,
  bestWarmBootMs,
  bestRestoreHelloMs,
  dumpedInstructions,
  dumpedBootMs,
  traceKernelOverhead,
  tracePosixOverhead,
  traceOverhead,
  phasesOverhead,
  stepsPerSecond,
  stepBackFirstMs,
  stepBackMs,
  bareHelloMs,
  firstHelloMs,
  libraryLoadMs,
  tccSeconds,
  replayBytes,
  replayFirstPaintMs,
  replayLastCallMs,
  replayStepBackMs,
  peerColdRatio,
  peerRestoreRatio,
  sustainedTcg,
  sustainedIcount,
  sustainedStock,
  interpretedShare,
  hostMips,
];
