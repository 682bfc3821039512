/**
 * The guest's libc says what musl says on a real processor: recorded values, so that any machine can check. Where they
 * differ, `npm run test:full` shows the first line or call that does.
 */
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { digestsOf, sayInGuest, sectionsOf } from './programs.ts';
import type { FunctionDigests, LibcProgram } from './programs.ts';
import { RECORDED_ARGUMENTS, recordedMath, recordedSections } from './recorded.ts';

describe.each(Object.entries(recordedSections()))('%s', (program, sections) => {
  let said: Map<string, string>;
  beforeAll(async () => {
    said = sectionsOf(await sayInGuest(program as LibcProgram));
  });

  it.each(Object.entries(sections))('%s', (section, recorded) => {
    const text = said.get(section) ?? '';
    const sha256 = createHash('sha256').update(text).digest('hex');
    expect({ lines: text.split('\n').length - 1, sha256 }).toEqual(recorded);
  });

  it('has no other sections', () => {
    expect([...said.keys()]).toEqual(Object.keys(sections));
  });
});

describe('math', () => {
  const recorded = recordedMath();
  let said: Map<string, FunctionDigests>;
  beforeAll(async () => {
    said = digestsOf(await sayInGuest('math', String(RECORDED_ARGUMENTS)));
  });
  const only = (digests: Map<string, FunctionDigests>, part: keyof FunctionDigests) =>
    Object.fromEntries([...digests].map(([name, one]) => [name, one[part]]));

  it('has every function in float, double and long double', () => {
    expect(recorded.size).toBeGreaterThan(180);
  });

  it('gives the same results to the last bit', () => {
    expect(only(said, 'values')).toEqual(only(recorded, 'values'));
  });

  it('raises the same exceptions', () => {
    expect(only(said, 'exceptions')).toEqual(only(recorded, 'exceptions'));
  });
});
