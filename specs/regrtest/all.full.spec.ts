/**
 * All of CPython's test modules that the list does not leave out. NANVIX_V86_REGRTEST=tenth runs every tenth of them, as
 * continuous integration does, which has other things to do.
 */
import { availableParallelism } from 'node:os';
import { expect, it } from 'vitest';
import {
  chooseModules,
  differences,
  readKnown,
  regrtestStart,
  runModules,
} from '../../harness/regrtest/index.ts';

const GUEST_MS = 120_000;
const TENTH = 10;
const isTenth = process.env['NANVIX_V86_REGRTEST'] === 'tenth';

it('every module does what the list says', { timeout: 3 * 3_600_000 }, async () => {
  const known = readKnown();
  const start = await regrtestStart();
  const all = chooseModules(start.modules, [], known);
  const modules = all.filter((_, place) => !isTenth || place % TENTH === 0);
  const outcomes = await runModules(start, modules, {
    match: [],
    timeoutMs: GUEST_MS,
    workers: availableParallelism(),
    known,
  });
  expect(outcomes.map(({ module }) => module)).toEqual(modules);
  expect(outcomes.flatMap((outcome) => differences(known, outcome, true))).toEqual([]);
});

it('the list names only modules that there are', async () => {
  const { modules } = await regrtestStart();
  expect([...readKnown().modules.keys()].filter((name) => !modules.includes(name))).toEqual([]);
});
