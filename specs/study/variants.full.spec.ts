/**
 * Every row of the study is what it says it is: its program, its volume, how it is started. Builds all rows, which takes half an
 * hour the first time; with NANVIX_V86_STUDY=at-hand only those that cost little or are built already.
 */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { countRow } from '../../harness/study/measure.ts';
import type { ReadyRow } from '../../harness/study/measure.ts';
import { movedInRecord, readRecord, recordOf } from '../../harness/study/record.ts';
import { boot } from '../../harness/index.ts';
import { cacheRoot, projectRoot } from '../../images/build/paths.ts';
import { createRamfs, readRamfs } from '../../images/index.ts';
import { allRows, buildRows, openRow, rowsAtHand } from './built-row.ts';
import type { BuiltRow } from './built-row.ts';
import { promises } from './promises.ts';

const rows = await rowsAtHand();
let built: readonly ReadyRow[];
beforeAll(async () => {
  built = await buildRows(rows);
}, 3_600_000);

function builtRow(name: string): ReadyRow {
  const found = built.find(({ row }) => row.name === name);
  if (found === undefined) throw new Error(`${name} is not built`);
  return found;
}

describe.each(rows.map(({ name }) => name))('the row %s', (name) => {
  it('is what each of its fields promises', () => {
    const one = openRow(builtRow(name));
    const fields = { ...one.row.build, ...one.row.run };
    for (const [field, promise] of Object.entries(promises) as [
      keyof typeof promises,
      (value: unknown, built: BuiltRow) => void,
    ][]) {
      promise(fields[field], one);
    }
  });

  it('names no folder of the machine that built it, its debug information neither', () => {
    const { elf, symbols, debug } = builtRow(name).images.python;
    for (const { path } of [elf, symbols, debug]) {
      const bytes = readFileSync(path);
      for (const place of [cacheRoot(), projectRoot, '-cpython-']) expect(bytes.includes(place)).toBe(false);
    }
  });

  it('gives what was recorded for it, to the instruction', async () => {
    expect(movedInRecord(readRecord(), { [name]: await recordOf(builtRow(name)) })).toEqual([]);
  });
});

describe('the record', () => {
  it('has every row, and none that is gone', () => {
    expect(Object.keys(readRecord()).sort()).toEqual(allRows.map(({ name }) => name).sort());
  });
});

describe('what the rows promise in numbers', () => {
  const bytes = (name: string): number => builtRow(name).images.python.elf.bytes;

  it('stripping all is smaller than keeping symbols, which is smaller than keeping all', () => {
    expect(bytes('reference')).toBeLessThan(bytes('strip-debug') - 500_000);
    expect(bytes('strip-debug')).toBeLessThan(bytes('strip-none') / 3);
  });

  it('position-independent programs spend instructions on relocation, others none but a look', async () => {
    const relocation = async (name: string): Promise<number> => {
      const { phases } = await countRow(builtRow(name));
      const phase = phases.find((one) => one.name === 'relocation');
      return (phase?.to ?? 0) - (phase?.from ?? 0);
    };
    expect(await relocation('reference')).toBeLessThan(20);
    expect(await relocation('pie')).toBeGreaterThan(5 * 30_000);
  });

  it('functions ordered by use touch at most six tenths of the pages of code', () => {
    const record = readRecord();
    expect(record['ordered']?.['codePages']).toBeLessThan(Number(record['frozen']?.['codePages']) * 0.6);
  });

  it('the best combination is a quarter of what there was before the start-up work', () => {
    const record = readRecord();
    expect(record['best']?.['instructions']).toBeLessThan(Number(record['before']?.['instructions']) / 4);
  });
});

describe('how a row is started', () => {
  /** Starts a row with another script in the place of hello. */
  async function say(name: string, script: string): Promise<string> {
    const { options, ramfs } = builtRow(name);
    const files = new Map(readRamfs(ramfs)).set('/test_hello.py', Buffer.from(script));
    const guest = await boot({ ...options, ramfs: createRamfs(files) });
    await guest.runToEnd();
    const said = guest.output.trim() + guest.errorOutput;
    guest.dispose();
    return said;
  }
  const SITE = "import sys\nprint('site' in sys.modules, sys.flags.no_site, sys.flags.dont_write_bytecode)\n";
  const SEED = 'import sys\nprint(sys.flags.hash_randomization)\n';

  it('imports site only without -S', async () => {
    expect(await say('reference', SITE)).toBe('False 1 1');
    expect(await say('site', SITE)).toBe('True 0 1');
  });

  it('randomizes hashes only without PYTHONHASHSEED=0', async () => {
    expect(await say('reference', SEED)).toBe('0');
    expect(await say('hash-seed', SEED)).toBe('1');
  });

  it('finds the whole library where it is in the ramfs', async () => {
    expect(await say('full-ramfs', 'import json\nprint(json.dumps([1]))\n')).toBe('[1]');
    expect(await say('reference', 'import json\n')).toContain("No module named 'json'");
  });

  const LEAVING = [
    'import atexit, sys',
    'class Object:',
    "    def __del__(self): print('destroyed')",
    'kept = Object()',
    "atexit.register(print, 'at exit')",
    "sys.stdout.write('not ended by a newline')",
  ].join('\n');

  it('runs atexit handlers and flushes standard streams without finalization, but destroys no objects', async () => {
    expect(await say('no-finalization', LEAVING)).toBe('not ended by a newlineat exit');
    expect(await say('frozen', LEAVING)).toBe('not ended by a newlineat exit\ndestroyed');
  });
});
