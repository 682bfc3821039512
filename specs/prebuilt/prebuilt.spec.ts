/** Results that were built elsewhere: taken where their sources are the same, and never if they were changed since. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { buildSteps, findSteps } from '../../images/build/engine.ts';
import { resultFiles } from '../../images/build/entry.ts';
import { sourceKeyOf } from '../../images/build/keys.ts';
import type { BuiltStep, Step } from '../../images/build/step.ts';
import { PrebuiltGuests, stepFolder } from '../../images/prebuilt/guests.ts';
import { DigestMemo } from '../../images/build/digest-memo.ts';
import { Store } from '../../images/store/store.ts';

let root: string;
let ran: string[];
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'prebuilt-'));
  ran = [];
  vi.stubEnv('NANVIX_V86_GUESTS', path.join(root, 'package'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

function stepOf(name: string, text: string, steps: readonly Step[] = [], isTool = false): Step {
  const source = path.join(root, `${name}.in`);
  writeFileSync(source, text);
  return {
    name,
    files: [source],
    steps,
    isTool,
    run: (context) => {
      ran.push(name);
      writeFileSync(path.join(context.out, 'result'), readFileSync(source));
      return Promise.resolve();
    },
  };
}

const memo = (cache: string): DigestMemo => new DigestMemo(new Store(path.join(root, cache)));
const build = (step: Step, cache: string) =>
  buildSteps([step], { cacheRoot: path.join(root, cache), prebuilt: (known) => PrebuiltGuests.find(known) });

/** As `npm run pack:guests` does it. */
async function pack(step: Step, built: BuiltStep): Promise<string> {
  const sourceKey = await sourceKeyOf(step, memo('elsewhere'), new Map());
  const folder = stepFolder(path.join(root, 'package'), step.name, sourceKey);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'manifest.json'), JSON.stringify({ ...built.manifest, sourceKey }));
  writeFileSync(path.join(folder, 'files.json'), JSON.stringify(resultFiles(built)));
  cpSync(built.files, path.join(folder, 'files'), { recursive: true });
  return folder;
}

async function packed(step: Step): Promise<string> {
  const { built } = await buildSteps([step], { cacheRoot: path.join(root, 'elsewhere') });
  ran = [];
  const [first] = built;
  if (first === undefined) throw new Error('nothing was built');
  return await pack(step, first);
}

describe('a prebuilt result', () => {
  it('is taken as it is, and neither it nor its tools are built', async () => {
    const step = stepOf('program', 'text', [stepOf('compiler', 'one', [], true)]);
    const folder = await packed(step);
    const { built, ran: executed } = await build(step, 'cache');
    expect([executed, ran]).toEqual([[], []]);
    expect(built[0]?.files).toBe(path.join(folder, 'files'));
  });

  it('counts for any tools, and not for other sources', async () => {
    await packed(stepOf('program', 'text', [stepOf('compiler', 'one', [], true)]));
    await build(stepOf('program', 'text', [stepOf('compiler', 'another', [], true)]), 'cache');
    expect(ran).toEqual([]);
    await build(stepOf('program', 'changed', [stepOf('compiler', 'one', [], true)]), 'cache');
    expect(ran).toEqual(['compiler', 'program']);
  });

  it('that was changed since is told, and built instead', async () => {
    const step = stepOf('program', 'text');
    const folder = await packed(step);
    writeFileSync(path.join(folder, 'files', 'result'), 'TEXT');
    const { built, warnings } = await build(step, 'cache');
    expect(warnings).toEqual([
      expect.stringContaining('is not what was packed: install nanvix-v86-guests again'),
    ]);
    expect(ran).toEqual(['program']);
    expect(readFileSync(path.join(built[0]?.files ?? '', 'result'), 'utf8')).toBe('text');
  });

  it('is found by who only looks', async () => {
    const step = stepOf('program', 'text');
    await packed(step);
    const cacheRoot = path.join(root, 'cache');
    const found = await findSteps([step], { cacheRoot, prebuilt: (known) => PrebuiltGuests.find(known) });
    expect(found[0]?.manifest.step).toBe('program');
    expect(await findSteps([step], { cacheRoot })).toEqual([undefined]);
  });

  it('can be switched off', () => {
    vi.stubEnv('NANVIX_V86_GUESTS', '');
    expect(PrebuiltGuests.find(memo('cache'))).toBeUndefined();
  });
});
