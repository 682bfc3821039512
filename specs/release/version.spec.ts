import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { apiChange, changelogHead, lowestNext, versionProblem } from './version.ts';

describe('a change of the API report', () => {
  it('is none, an addition, or a change of what there was', () => {
    expect(apiChange('a\nb\n', 'a\nb\n')).toBe('none');
    expect(apiChange('a\nb\n', 'a\nnew\nb\n')).toBe('added');
    expect(apiChange('a\nb\n', 'a\nc\n')).toBe('changed');
    expect(apiChange('a\nb\n', 'a\n')).toBe('changed');
  });

  it.each([
    ['1.2.3', 'none', '1.2.4'],
    ['1.2.3', 'added', '1.3.0'],
    ['1.2.3', 'changed', '2.0.0'],
    ['0.2.3', 'added', '0.2.4'],
    ['0.2.3', 'changed', '0.3.0'],
  ] as const)('after %s, %s, asks for %s', (released, change, lowest) => {
    expect(lowestNext(released, change)).toBe(lowest);
    expect(versionProblem(lowest, released, change)).toBeUndefined();
    expect(versionProblem(released, released, change)).toContain(`make it ${lowest} or later`);
  });
});

describe('the changelog', () => {
  it('begins with what is not released yet, or with a version and its day', () => {
    expect(changelogHead('# Changelog\n\n## Unreleased\n')).toEqual({ kind: 'unreleased' });
    expect(changelogHead('# Changelog\n\n## 1.0.0 (2026-11-28)\n\n- a\n')).toEqual({
      kind: 'released',
      version: '1.0.0',
      date: '2026-11-28',
    });
    expect(changelogHead('## 1.0.0\n')).toBeUndefined();
    expect(changelogHead(readFileSync('CHANGELOG.md', 'utf8'))).toBeDefined();
  });
});
