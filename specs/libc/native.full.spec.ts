/**
 * The guest's libc beside musl on this machine's own processor: whole outputs, and of math 4,000 calls of each function, bit
 * for bit. Skipped where the machine runs no 32-bit programs of Linux.
 */
import { describe, expect, it } from 'vitest';
import { runsNatively } from '../support/native.ts';
import { digestsOf, sayInGuest, sayNatively, sectionsOf, textPrograms } from './programs.ts';
import type { LibcProgram } from './programs.ts';
import { RECORDED_ARGUMENTS, recordedMath } from './recorded.ts';

const native = await runsNatively();
if (!native)
  console.warn('skipped: specs/libc/native.full.spec.ts needs an x86-64 Linux that runs 32-bit programs');

const CALLS = '4000';

/** The first line in which two texts differ, as each has it. */
function firstDifference(guest: string, reference: string): readonly (string | undefined)[] | undefined {
  const [ours, theirs] = [guest.split('\n'), reference.split('\n')];
  const index = ours.findIndex((line, i) => line !== theirs[i]);
  if (index >= 0) return [ours[index], theirs[index]];
  return ours.length < theirs.length ? [undefined, theirs[ours.length]] : undefined;
}

describe.skipIf(!native)('in the guest as natively', () => {
  it.each(textPrograms)('%s', async (name: LibcProgram) => {
    const here = sectionsOf(await sayNatively(name, 'upstream'));
    const guest = sectionsOf(await sayInGuest(name));
    expect([...guest.keys()]).toEqual([...here.keys()]);
    for (const [section, text] of here)
      expect(firstDifference(guest.get(section) ?? '', text), section).toBeUndefined();
  });

  it('math: every function', async () => {
    const reference = digestsOf(await sayNatively('math', 'guest-math', CALLS));
    const guest = digestsOf(await sayInGuest('math', CALLS));
    for (const [name, digests] of reference) {
      const ours = guest.get(name);
      if (ours?.values === digests.values && ours.exceptions === digests.exceptions) continue;
      const [listed, wanted] = [
        await sayInGuest('math', CALLS, name),
        await sayNatively('math', 'guest-math', CALLS, name),
      ];

      expect(firstDifference(listed, wanted), name).toBeUndefined();
    }
  });

  it('the recorded values are those of this processor', async () => {
    const said = digestsOf(await sayNatively('math', 'guest-math', String(RECORDED_ARGUMENTS)));
    expect(Object.fromEntries(said)).toEqual(Object.fromEntries(recordedMath()));
  });
});

/** A listed call: the exponent and fraction of its result as one number, so that neighbours differ by one. */
function ordinalOf(line: string, format: 'f' | '' | 'l'): bigint | undefined {
  const hex = /= ([0-9a-f]{24}) /.exec(line)?.[1] ?? '';
  const bytes = (from: number, to: number): bigint =>
    BigInt(`0x${(hex.slice(from * 2, to * 2).match(/../g) ?? []).reverse().join('')}`);
  const [exponentBits, fractionBits] = { f: [8n, 23n], '': [11n, 52n], l: [15n, 63n] }[format] as [
    bigint,
    bigint,
  ];
  const whole =
    format === 'l'
      ? (bytes(8, 10) << 63n) | (bytes(0, 8) & ((1n << 63n) - 1n))
      : bytes(0, format === 'f' ? 4 : 8);
  const magnitude = whole & ((1n << (exponentBits + fractionBits)) - 1n);
  const isNaN = magnitude > ((1n << exponentBits) - 1n) << fractionBits;
  if (isNaN) return undefined;
  return magnitude === whole ? magnitude : -magnitude;
}

/** The largest distance between results of two listings, in units in the last place. */
function farthest(ours: string, theirs: string, format: 'f' | '' | 'l'): bigint {
  const reference = theirs.trimEnd().split('\n');
  return ours
    .trimEnd()
    .split('\n')
    .reduce((most, line, i) => {
      const [a, b] = [ordinalOf(line, format), ordinalOf(reference[i] ?? '', format)];
      if (a === undefined || b === undefined) return a === b ? most : 1n << 80n;
      const distance = a > b ? a - b : b - a;
      return distance > most ? distance : most;
    }, 0n);
}

describe.skipIf(!native)('the choice of generic C', () => {
  // The assembler has e^x - 1 of large x in as few digits as x * log2(e); both are wrong about log1p of the largest
  // number when they round upward, infinity and not a number.
  const upstreamIsWrong = ['expm1l', 'sinhl', 'log1pl'];
  const chosen = [
    'acos',
    'acosh',
    'asin',
    'asinh',
    'atan',
    'atan2',
    'atanh',
    'cosh',
    'exp',
    'exp10',
    'exp2',
    'expm1',
    'fmod',
  ];
  const more = [
    'hypot',
    'lgamma',
    'log',
    'log10',
    'log1p',
    'log2',
    'remainder',
    'sinh',
    'sqrt',
    'tanh',
    'tgamma',
  ];
  const functions = [...chosen, ...more].flatMap((name) => [`${name}f`, name, `${name}l`]);

  it.each(functions.filter((name) => !upstreamIsWrong.includes(name)))(
    'puts %s at most 2 units in the last place from the assembler on a processor, a long double 4',
    async (name) => {
      const format = name.endsWith('f') ? 'f' : name.endsWith('l') ? 'l' : '';
      const [chosenList, upstream] = [
        await sayNatively('math', 'guest-math', CALLS, name),
        await sayNatively('math', 'upstream', CALLS, name),
      ];
      expect(Number(farthest(chosenList, upstream, format))).toBeLessThanOrEqual(format === 'l' ? 4 : 2);
    },
  );
});
