/** A C program sees the same exceptions however it is run. */

import { describe, expect, it } from 'vitest';
import { run } from '../../harness/index.ts';
import { compileC } from '../support/programs.ts';

/** Narrows numbers that are too small for their new type, and counts how often that is reported. */
const UNDERFLOW = `
#include <fenv.h>
#include <stdio.h>
int main(void)
{
    volatile long double small = 0x1.8p-1080L, smaller = 0x1.8p-160L;
    volatile double d;
    volatile float f;
    int doubles = 0, floats = 0;
    for (int round = 0; round < 40000; round++) {
        feclearexcept(FE_ALL_EXCEPT);
        d = small;
        doubles += fetestexcept(FE_UNDERFLOW) != 0;
        feclearexcept(FE_ALL_EXCEPT);
        f = smaller;
        floats += fetestexcept(FE_UNDERFLOW) != 0;
    }
    printf("%d %d\\n", doubles, floats);
    return 0;
}
`;

describe('underflow in a C program', () => {
  it('is reported each time, and the run is the same, interpreted and compiled', async () => {
    const program = await compileC('underflow', UNDERFLOW);
    const [compiled, interpreted] = [await run({ program }), await run({ program, compile: false })];
    expect(compiled.output).toBe('40000 40000\n');
    expect(interpreted.output).toBe('40000 40000\n');
    expect(interpreted.instructions).toBe(compiled.instructions);
  });
});
