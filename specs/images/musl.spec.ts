/**
 * The guest's libc as a file: which of musl's math functions are its i386 assembler and which its generic C, and that
 * no instruction is left whose result hangs on the processor.
 */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildSteps } from '../../images/build/engine.ts';
import { cacheRoot } from '../../images/build/paths.ts';
import { inexactFiles } from '../../images/musl/exact-math.ts';
import { muslStep } from '../../images/musl/recipe.ts';
import { toolchainStep } from '../../images/toolchain/recipe.ts';

const leaves = (files: Readonly<Record<string, string>>): string[] =>
  inexactFiles(new Map(Object.entries(files)));

describe('assembler of a math function', () => {
  it('stays if it only moves, adds, multiplies, compares and rounds', () => {
    const text =
      '.global f\nf:\n\tfldl 4(%esp)\n1:\tfmulp # fscale in a comment\n\tfrndint\n\tfistpll (%esp)\n\tret\n';
    expect(leaves({ 'f.s': text })).toEqual([]);
  });

  it.each([
    'fsqrt',
    'fprem',
    'fprem1',
    'fscale',
    'fxtract',
    'fyl2x',
    'fyl2xp1',
    'f2xm1',
    'fpatan',
    'fptan',
    'fsin',
    'fldpi',
    'fldln2',
  ])('gives way to C if it has %s', (instruction) => {
    expect(leaves({ 'f.s': `f:\tfldl 4(%esp)\n1:\t${instruction}\n\tret\n` })).toEqual(['f.s']);
    expect(
      leaves({ 'f.c': `double f(double x) { __asm__ ("${instruction}" : "+t"(x)); return x; }` }),
    ).toEqual(['f.c']);
  });

  it('goes with the file that it says has it', () => {
    expect(
      leaves({ 'a.s': 'a:\tfsqrt\n', 'b.s': '# see a.s\n', 'c.s': 'c:\tfabs\n', 'd.s': '# see c.s\n' }),
    ).toEqual(['a.s', 'b.s']);
  });
});

describe("the guest's libc", () => {
  let code: string;
  beforeAll(async () => {
    const { built } = await buildSteps([muslStep, toolchainStep], { cacheRoot: cacheRoot() });
    const [musl = '', toolchain = ''] = built.map(({ files }) => files);
    code = execFileSync(
      path.join(toolchain, 'bin', 'objdump'),
      ['-d', '--no-show-raw-insn', path.join(musl, 'lib/libc.a')],
      { encoding: 'utf8', maxBuffer: 1 << 28 },
    );
  });

  it('computes with nothing that IEEE 754 or a control word does not fix to the last bit', () => {
    const used = new Set(
      [...code.matchAll(/^\s+[0-9a-f]+:\s+(f\w+)/gm)].map(([, instruction = '']) => instruction),
    );
    const inexact = /^f(sqrt|prem|scale|xtract|yl2x|2xm1|patan|ptan|sin|cos|ldpi|ldl2|ldlg2|ldln2|bld|bstp)/;
    expect(used.size).toBeGreaterThan(20);
    expect([...used].filter((instruction) => inexact.test(instruction))).toEqual([]);
  });

  it('enters no kernel', () => {
    expect(code).not.toMatch(/^\s+[0-9a-f]+:\s+(int |sysenter|syscall|call +\*%gs:0x10)/m);
  });
});
