/**
 * The Python program as a file: what its flags promise about size, relocations and sections. Read with elfy.
 */
import { readFileSync } from 'node:fs';
import elfy from 'elfy';
import { beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../images/build/digest-memo.ts';
import { cacheRoot, projectRoot } from '../../images/build/paths.ts';
import type { Images } from '../../images/index.ts';
import { ensureImages } from '../../images/index.ts';

let images: Images;
beforeAll(async () => {
  images = await ensureImages();
});

function parse(file: string): elfy.Elf {
  return elfy.parse(readFileSync(file));
}

/** Address, size and digest of a section: a difference shall not print megabytes. */
function sectionOf(elf: elfy.Elf, name: string): object | undefined {
  const section = elf.body.sections.find((one) => one.name === name);
  if (section === undefined) return undefined;
  return { address: section.addr, length: section.data.length, sha256: sha256(section.data) };
}

describe('the Python program', () => {
  it('is a 32-bit executable at the address that the kernel loads programs to', () => {
    const elf = elfy.parse(readFileSync(images.python.elf.path));
    expect(elf).toMatchObject({ class: '32', endian: 'lsb', type: 'exec', machine: '386' });
    const text = elf.body.programs.find((segment) => segment.type === 'load');
    expect(text?.vaddr).toBe(0x40000000);
  });

  it('has no relocations, no dynamic section and no interpreter', () => {
    const { body } = elfy.parse(readFileSync(images.python.elf.path));
    expect(body.sections.filter((section) => section.type === 'rel' || section.type === 'rela')).toEqual([]);
    expect(
      body.programs.filter((segment) => segment.type === 'dynamic' || segment.type === 'interp'),
    ).toEqual([]);
  });

  it('has pages in the file where they are in memory, so that they can be mapped in place', () => {
    const { body } = elfy.parse(readFileSync(images.python.elf.path));
    for (const segment of body.programs.filter((one) => one.type === 'load')) {
      expect(segment.offset % 4096).toBe(segment.vaddr % 4096);
    }
  });

  it('has no tables for unwinding', () => {
    const names = elfy
      .parse(readFileSync(images.python.elf.path))
      .body.sections.map((section) => section.name);
    expect(names).not.toContain('.eh_frame');
  });

  it('is stripped of symbols, which its twin has', () => {
    const names = (file: string): string[] =>
      elfy.parse(readFileSync(file)).body.sections.map((section) => section.name);
    expect(names(images.python.elf.path)).not.toContain('.symtab');
    expect(names(images.python.symbols.path)).toContain('.symtab');
  });

  it('has a twin with line tables, inlined calls and rules for leaving frames, of which nothing is loaded', () => {
    const debug = parse(images.python.debug.path);
    const names = debug.body.sections.map((section) => section.name);
    expect(names).toEqual(expect.arrayContaining(['.debug_info', '.debug_line', '.debug_frame']));
    const { elf, symbols } = images.python;
    for (const section of ['.text', '.rodata', '.data']) {
      const content = sectionOf(debug, section);
      expect(content).toBeDefined();
      for (const file of [elf, symbols]) expect(sectionOf(parse(file.path), section)).toEqual(content);
    }
  });

  it('names sources as they are named on every machine', () => {
    const text = readFileSync(images.python.debug.path).toString('latin1');
    expect(text).toContain('/nanvix-v86/images/libposix/src');
    for (const place of [cacheRoot(), projectRoot, '/usr/lib/gcc']) expect(text).not.toContain(place);
  });

  it('is at most 6 MB', () => {
    expect(images.python.elf.bytes).toBeLessThanOrEqual(6_000_000);
  });
});
