/**
 * `npm run fuzz:cpu`: runs drawn sequences of instructions by every way of running, for as long as told, and prints the first that does
 * not do the same, shrunk, as text for specs/fuzz/ways.spec.ts. Exit status: 0 all the same, 1 a difference, 2 bad arguments.
 */

import { readFile } from 'node:fs/promises';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { CaseTextError, parseCase } from './case.ts';
import { compareWays, explainedCase } from './compare.ts';
import { fuzz } from './fuzz.ts';
import { ALL_FAMILIES, EVERYTHING, type Family } from './generator.ts';

const DIFFERENT = 1;
const BAD_ARGUMENTS = 2;
const PROGRESS_MILLISECONDS = 5000;
const LARGEST_SEED = 2 ** 31 - 1;

const wholeNumber =
  (most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < 1 || value > most)
      throw new InvalidArgumentError(`give a whole number from 1 to ${most}.`);
    return value;
  };

function familyNames(text: string): Family[] {
  return text.split(',').map((name) => {
    const family = ALL_FAMILIES.find((one) => one === name);
    if (family === undefined)
      throw new InvalidArgumentError(`there are ${ALL_FAMILIES.join(', ')}; commas between them.`);
    return family;
  });
}

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** Runs the case in a file by every way. */
async function replay(path: string): Promise<number> {
  const one = parseCase(await readFile(path, 'utf8'));
  const difference = await compareWays(one);
  say(explainedCase(one));
  say(difference === undefined ? 'the same by every way' : `${difference.way}: ${difference.text}`);
  return difference === undefined ? 0 : DIFFERENT;
}

async function run(seconds: number, seed: number, families: readonly Family[]): Promise<number> {
  const start = performance.now();
  let spoken = start;
  const elapsed = (): string => `${Math.round((performance.now() - start) / 1000)} s`;
  const { cases, failure } = await fuzz({
    seed,
    choice: { ...EVERYTHING, families },
    limit: { milliseconds: 1000 * seconds },
    progress: (count) => {
      if (performance.now() - spoken < PROGRESS_MILLISECONDS) return;
      spoken = performance.now();
      say(`seed ${seed}: case ${count}, ${elapsed()}`);
    },
  });
  if (failure === undefined) {
    say(`seed ${seed}: ${cases} cases in ${elapsed()}, each the same by every way`);
    return 0;
  }
  const { one, difference } = failure;
  say(`seed ${seed}: after ${cases} cases a difference. ${difference.way}: ${difference.text}`);
  say('Paste this into specs/fuzz/ways.spec.ts, or give it in a file to --case:\n');
  say(explainedCase(one));
  return DIFFERENT;
}

const command = new Command('fuzz:cpu')
  .description(
    'compares compiled code, the interpreter, stops, snapshots and forks on drawn sequences of instructions',
  )
  .option('--seconds <n>', 'how long', wholeNumber(1_000_000), 60)
  .option('--seed <n>', 'what is drawn; the same seed draws the same cases', wholeNumber(LARGEST_SEED), 1)
  .option('--families <names>', 'of what kinds, with commas', familyNames, EVERYTHING.families)
  .option('--case <file>', 'run the one case in this file by every way instead')
  .exitOverride()
  .action(async (options: { seconds: number; seed: number; families: readonly Family[]; case?: string }) => {
    process.exitCode =
      options.case === undefined
        ? await run(options.seconds, options.seed, options.families)
        : await replay(options.case);
  });

try {
  await command.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : BAD_ARGUMENTS;
  else if (error instanceof CaseTextError || (error instanceof Error && 'code' in error)) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = BAD_ARGUMENTS;
  } else throw error;
}
