/** What a kernel call came back with, by the registers in which its kernel answers. */
import { describe, expect, it } from 'vitest';
import { callResult, formatResult } from '../../harness/debug/call-result.ts';

describe('a result in EDX:EAX', () => {
  it('has 64 bits, and is an error of newlib when it is a small negative number', () => {
    expect(callResult(42, 5)).toEqual({ value: (5n << 32n) | 42n });
    expect(callResult(-88, -1)).toEqual({ value: -88n, error: 'ENOSYS' });
    expect(formatResult(callResult(-88, -1))).toBe('-88 ENOSYS');
  });
});

describe('a result in EAX alone, as kernels of 2024 have it', () => {
  it('leaves EDX out, and is an error of Linux when it is a small negative number', () => {
    expect(callResult(42, 5, 'eax')).toEqual({ value: 42n });
    expect(callResult(-38, 7, 'eax')).toEqual({ value: -38n, error: 'ENOSYS' });
    expect(callResult(-38, -1, 'eax')).toEqual({ value: -38n, error: 'ENOSYS' });
  });
});
