import { describe, expect, it } from 'vitest';
import { skippedLine } from './skipped-reporter.ts';

describe('the line about skipped tests', () => {
  it('names what to install', () => {
    expect(skippedLine(3, ['gdb', 'dosfstools'])).toBe(
      '3 tests were skipped. To run all: apt-get install gdb dosfstools',
    );
  });

  it('names nothing where tests were skipped for another reason', () => {
    expect(skippedLine(1, [])).toBe('1 test was skipped.');
  });

  it('is not there when all tests ran', () => {
    expect(skippedLine(0, ['gdb'])).toBeUndefined();
  });
});
