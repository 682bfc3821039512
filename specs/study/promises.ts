/**
 * What each field of a row promises, by the value it has: checked for every row of the study, so that a row that is added
 * is checked too.
 */
import { expect } from 'vitest';
import { findKnownRelease } from '../../images/index.ts';
import type { Variant } from '../../images/index.ts';
import type { StudyRun } from '../../harness/study/row.ts';
import { readDumpNote } from '../../harness/guest/elf/dump-note.ts';
import { functionOrderFile } from '../../images/cpython/function-order.ts';
import { readFileSync } from 'node:fs';
import { sectionOf } from './built-row.ts';
import type { BuiltRow } from './built-row.ts';

type Fields = Omit<Variant, 'name'> & StudyRun;
/** Of flags for configure and the linker nothing is promised but what they are given for, which no list can know. */
type Promised = Exclude<keyof Fields, 'configureFlags' | 'linkFlags'>;
type Promises = { readonly [Field in Promised]: (value: Fields[Field], built: BuiltRow) => void };

const RELOCATION_BYTES = 8;
/** `push %ebp; mov %esp,%ebp`, in either encoding. */
const FRAME_PROLOGUES = ['5589e5', '558bec'];
const DOC_STRING = 'Return the absolute value of the argument.';

const has = (built: BuiltRow, section: string): boolean => sectionOf(built.program, section) !== undefined;
const relocations = (built: BuiltRow): number =>
  (sectionOf(built.program, '.rel.dyn')?.size ?? 0) / RELOCATION_BYTES;
const contains = (built: BuiltRow, text: string): boolean =>
  readFileSync(built.images.python.elf.path).includes(text);

function expectFlag(built: BuiltRow, flag: string): void {
  expect(built.producers.length).toBeGreaterThan(0);
  for (const producer of built.producers) expect(` ${producer} `).toContain(` ${flag} `);
}

/** The share of CPython's global functions that begin by setting up a frame pointer. */
function shareWithFramePointer(built: BuiltRow): number {
  const text = sectionOf(built.program, '.text');
  if (text === undefined) return NaN;
  const functions = built.symbols.symbols.filter(
    ({ kind, name, size }) => kind === 'function' && /^Py[A-Z]/.test(name) && size > 40,
  );
  const framed = functions.filter(({ address }) => {
    const start = text.data.subarray(address - text.addr, address - text.addr + 16).toString('hex');
    return FRAME_PROLOGUES.some((prologue) => start.includes(prologue));
  });
  return framed.length / functions.length;
}

export const promises: Promises = {
  python: (release, built) => {
    expect(contains(built, findKnownRelease(release ?? '3.11').version)).toBe(true);
  },
  docStrings: (kept, built) => {
    expect(contains(built, DOC_STRING)).toBe(kept);
  },
  computedGotos: (used, built) => {
    // The table of places to go to; a switch has none of that name.
    const tables = built.symbols.symbols.filter(({ name }) => name.startsWith('opcode_targets'));
    expect(tables.length > 0).toBe(used);
  },
  optimize: (level, built) => {
    expectFlag(built, `-${level}`);
  },
  framePointer: (kept, built) => {
    // Of some functions the first branch comes before the frame.
    if (kept) expect(shareWithFramePointer(built)).toBeGreaterThan(0.6);
    else expect(shareWithFramePointer(built)).toBeLessThan(0.02);
  },
  unwindTables: (kept, built) => {
    expect(has(built, '.eh_frame')).toBe(kept);
  },
  lto: (used, built) => {
    for (const producer of built.producers) expect(producer.includes(' -flto')).toBe(used);
    // Functions of other files are inlined or split only where the whole program is seen.
    expect(built.symbols.symbols.some(({ name }) => name.includes('.lto_priv'))).toBe(used);
  },
  link: (kind, built) => {
    if (kind === 'pie') {
      expect(built.program.type).toBe('dyn');
      expect(relocations(built)).toBeGreaterThan(30_000);
      expect(sectionOf(built.program, '.dynsym')?.size).toBeGreaterThan(16 * 1000);
    } else {
      expect(built.program.type).toBe('exec');
      expect(relocations(built)).toBe(0);
      expect(has(built, '.dynsym')).toBe(false);
    }
  },
  functionOrder: (order, built) => {
    const names = readFileSync(functionOrderFile, 'utf8').split('\n').filter(Boolean);
    const addresses = names
      .flatMap((name) => built.symbols.allNamed(name).slice(0, 1))
      .map((one) => one.address);
    const ascents = addresses.slice(1).filter((address, index) => address > (addresses[index] ?? 0)).length;
    if (order === 'by-use') expect(ascents / addresses.length).toBeGreaterThan(0.85);
    else expect(ascents / addresses.length).toBeLessThan(0.8);
  },
  allocator: (kind, built) => {
    expect(built.symbols.symbols.some(({ name }) => /^allocate_(small|large)/.test(name))).toBe(
      kind === 'size-classes',
    );
  },
  encodings: (place, built) => {
    expect(built.symbols.named('nvx_frozen_modules') !== undefined).toBe(place === 'frozen');
    const inVolume = built.files.filter((file) => file.includes('/encodings/'));
    if (place === 'frozen') expect(inVolume).toEqual([]);
    else expect(inVolume.some((file) => file.endsWith('.pyc'))).toBe(place === 'pyc');
  },
  strip: (what, built) => {
    expect(has(built, '.symtab')).toBe(what !== 'all');
    expect(has(built, '.debug_info')).toBe(what === 'none');
  },
  compileFlags: (flags, built) => {
    for (const flag of flags) expectFlag(built, flag);
  },
  library: (extent, built) => {
    expect(built.files.includes('/lib/python3.11/json/__init__.py')).toBe(extent === 'whole');
  },
  hostBinaries: (inside, built) => {
    expect(built.files.filter((file) => file.startsWith('/bin/'))).toHaveLength(inside ? 2 : 0);
  },
  site: (imported, built) => {
    expect(built.options.args?.includes('-S')).toBe(!imported);
  },
  fixedHashSeed: (fixed, built) => {
    expect(built.options.env?.['PYTHONHASHSEED']).toBe(fixed ? '0' : undefined);
  },
  skipFinalization: (skipped, built) => {
    expect(built.options.env?.['NANVIX_SKIP_FINALIZATION']).toBe(skipped ? '1' : undefined);
  },
  fromSnapshot: (restored, built) => {
    const { dumped } = built.row.run;
    expect(built.options.env?.['NANVIX_SNAPSHOT']).toBe(restored || dumped ? '1' : undefined);
  },
  dumped: (dumped, built) => {
    const { program } = built.options;
    const note = typeof program === 'string' ? undefined : readDumpNote(program);
    expect(note?.program).toBe(dumped ? built.images.python.elf.sha256 : undefined);
  },
  pythonOptions: (options, built) => {
    expect(built.options.args).toEqual(expect.arrayContaining([...options]));
  },
  environment: (variables, built) => {
    expect(built.options.env).toMatchObject(variables);
  },
};
