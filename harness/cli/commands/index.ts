/** The commands. Each takes a function that it calls with the exit status of the process. */
import type { Command } from 'commander';
import { cacheCommand } from './cache.ts';
import { ccCommand, cxxCommand } from './cc.ts';
import { dapCommand } from './dap.ts';
import { debugCommand } from './debug.ts';
import { dumpCommand } from './dump.ts';
import { helloCommand } from './hello.ts';
import { imagesCommand } from './images.ts';
import { mkimageCommand } from './mkimage.ts';
import { mkramfsCommand } from './mkramfs.ts';
import { profileCommand } from './profile.ts';
import { regrtestCommand } from './regrtest.ts';
import { replayCommand } from './replay.ts';
import { runCommand } from './run.ts';
import { snapshotCommand } from './snapshot.ts';
import { studyCommand } from './study.ts';
import { sysrootCommand } from './sysroot.ts';
import { traceCommand } from './trace.ts';

export type CommandFactory = (setStatus: (status: number) => void) => Command;

export const commands: readonly CommandFactory[] = [
  helloCommand,
  runCommand,
  imagesCommand,
  ccCommand,
  cxxCommand,
  cacheCommand,
  snapshotCommand,
  studyCommand,
  regrtestCommand,
  traceCommand,
  profileCommand,
  replayCommand,
  debugCommand,
  dumpCommand,
  dapCommand,
  mkramfsCommand,
  mkimageCommand,
  sysrootCommand,
];
