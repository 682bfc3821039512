/**
 * Runs fuzz cases on the processor of the host, as a 32-bit Linux program. The program is native/runner.c, which is built with gcc
 * when it is needed.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assembleCase, type Case, parseCase } from './case.ts';
import { At, PAGE, REGIONS, type Region, SegmentBase, Size, WORLD } from './layout.ts';
import { initialContent } from './tables.ts';

const SOURCE = fileURLToPath(new URL('native/runner.c', import.meta.url));
const FLAGS = [
  ...['-m32', '-O1', '-Wall', '-Wextra', '-Werror', '-static', '-nostdlib', '-ffreestanding', '-fno-pic'],
  ...['-no-pie', '-fno-stack-protector', '-mgeneral-regs-only', '-fno-asynchronous-unwind-tables'],
];

/** Protections as runner.c has them. */
const PROTECTION: Readonly<Record<Region['access'], number>> = {
  ...{ none: 0, read: 1, write: 3, code: 7, demand: 8 },
};

const wordBytes = (...words: number[]): Buffer => Buffer.from(Uint32Array.from(words).buffer);

/** Ranges of the world that are looked at afterwards; the rest is zero then. */
export function visible(one: Case): readonly (readonly [number, number])[] {
  return [
    [At.code, Size.code],
    [At.data, Size.data],
    [At.stack, Size.stack],
    [At.control, PAGE],
    [At.faults, Size.faults],
    [At.rounds + Size.rounds - one.rounds * Size.roundsEntry, one.rounds * Size.roundsEntry],
    ...(one.fpu ? ([[At.fxRounds, one.rounds * Size.fxEntry]] as const) : []),
  ];
}

function header(): Buffer {
  const regions = REGIONS.flatMap(({ start, length, access, backing }) => [
    ...[start, length, PROTECTION[access], (backing ?? start) - WORLD],
  ]);
  return wordBytes(REGIONS.length, ...regions, SegmentBase.fs, SegmentBase.gs);
}

function input(one: Case): Buffer[] {
  const code = assembleCase(one);
  const content = initialContent(one, code);
  return [
    wordBytes(code.entry, content.length),
    ...content.flatMap(({ address, bytes }) => [wordBytes(address, bytes.length), Buffer.from(bytes)]),
    wordBytes(visible(one).length, ...visible(one).flat()),
  ];
}

/** The world as a case left it; undefined where it was stopped for taking too long. */
export type NativeResult = Uint8Array | undefined;

function results(cases: readonly Case[], output: Uint8Array): NativeResult[] {
  const view = new DataView(output.buffer, output.byteOffset, output.length);
  let at = 0;
  return cases.map((one) => {
    const timedOut = view.getUint32(at, true) !== 0;
    at += 4;
    const world = new Uint8Array(Size.world);
    for (const [address, length] of visible(one)) {
      world.set(output.subarray(at, at + length), address - WORLD);
      at += length;
    }
    return timedOut ? undefined : world;
  });
}

/** A case that the runner cannot end itself ends here. */
const LONGEST_RUN_MS = 300_000;

/** Cases that one process runs: each gives about half a MiB. */
const CASES_AT_ONCE = 50;

/** Runs cases; what each leaves, or undefined. */
export interface NativeRunner {
  run(cases: readonly Case[]): NativeResult[];
  close(): void;
}

/** Builds the runner; undefined where there is no gcc that makes 32-bit programs, or no processor that runs them. */
export function nativeRunner(): NativeRunner | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-native-'));
  const program = join(folder, 'runner');
  const runner: NativeRunner = {
    run: (cases) => {
      const all: NativeResult[] = [];
      for (let from = 0; from < cases.length; from += CASES_AT_ONCE) {
        const some = cases.slice(from, from + CASES_AT_ONCE);
        const { stdout, status } = spawnSync(program, {
          input: Buffer.concat([header(), ...some.flatMap(input)]),
          maxBuffer: CASES_AT_ONCE * Size.world,
          timeout: LONGEST_RUN_MS,
        });
        if (status !== 0) throw new Error(`${program} ended with ${status}`);
        all.push(...results(some, stdout));
      }
      return all;
    },
    close: () => {
      rmSync(folder, { recursive: true });
    },
  };
  if (spawnSync('gcc', [...FLAGS, '-o', program, SOURCE]).status === 0 && works(runner)) return runner;
  runner.close();
  return undefined;
}

function works(runner: NativeRunner): boolean {
  try {
    return runner.run([parseCase('case rounds=1')])[0] !== undefined;
  } catch {
    return false;
  }
}
