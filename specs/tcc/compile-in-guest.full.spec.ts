/** TinyCC in the guest: programs without any compiler of the machine's, held against what gcc makes of the same source. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nanvix } from '../support/command.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tcc-'));
  mkdirSync(join(folder, 'include'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const at = (name: string): string => join(folder, name);
const write = (name: string, text: string): string => {
  writeFileSync(at(name), text);
  return at(name);
};
const tcc = (...words: readonly string[]) => nanvix(['cc', '--compiler', 'tcc', ...words]);

const PROGRAM = `
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "word.h"
#include <deep/number.h>

static volatile int signals;
static void on_signal(int number) { signals += number; }
static void *work(void *value) { return (char *)value + 1; }
static int compare(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

int main(int argc, char **argv)
{
    int numbers[] = { 5, 3, 9, -4, NUMBER };
    unsigned long long big = 0xfedcba9876543210ull;
    long double third = 1.0L / 3;
    pthread_t thread;
    void *result;
    jmp_buf place;

    qsort(numbers, 5, sizeof *numbers, compare);
    for (int i = 0; i < 5; i++) printf("%d ", numbers[i]);
    printf("%llu %lld %.17g %.18Lf\\n", big / 7, (long long)big % 1000, sqrt(2) * sin(1), third);
    pthread_create(&thread, NULL, work, argv);
    pthread_join(thread, &result);
    signal(SIGUSR1, on_signal);
    raise(SIGUSR1);
    if (setjmp(place) == 0) longjmp(place, 1);
    errno = 0;
    fopen("/nowhere", "r");
    printf("%s %d %d %d %s\\n", WORD, (char *)result == (char *)argv + 1, signals, errno == ENOENT, argv[argc - 1]);
    return 42;
}
`;

describe('cc --compiler tcc', () => {
  it.each(['S', 'M'])('makes a program that does what gcc’s does, in era %s', async (era) => {
    const source = write('program.c', PROGRAM);
    write('word.h', '#define WORD "beside"\n');
    mkdirSync(at('include/deep'), { recursive: true });
    write('include/deep/number.h', '#define NUMBER 7\n');
    const words = [source, '--era', era, '-I', at('include')];
    expect(await tcc(...words, '-o', at('tcc.elf'))).toMatchObject({ stdout: '', stderr: '', status: 0 });
    await nanvix(['cc', ...words, '-o', at('gcc.elf')]);
    const [own, reference] = await Promise.all(
      ['tcc.elf', 'gcc.elf'].map((name) =>
        nanvix(['run', '--era', era, '--program-name', 'p', '--', at(name), 'last']),
      ),
    );
    expect(reference?.stdout).toContain('beside 1 10 1 last');
    expect(own).toEqual(reference);
  });

  it('makes the same bytes each time, wherever the source lies', async () => {
    const source = write('same.c', 'int main(void) { return 5; }\n');
    mkdirSync(at('elsewhere'), { recursive: true });
    const other = write('elsewhere/same.c', 'int main(void) { return 5; }\n');
    await tcc(source, '-o', at('one.elf'));
    await tcc(other, '-o', at('other.elf'));
    expect(readFileSync(at('one.elf')).equals(readFileSync(at('other.elf')))).toBe(true);
  });

  it('makes objects, and links them', async () => {
    await tcc('-c', write('part.c', 'int part(void) { return 8; }\n'), '-o', at('part.o'));
    const source = write('whole.c', 'int part(void); int main(void) { return part(); }\n');
    expect((await tcc(source, at('part.o'), '-o', at('whole.elf'))).stderr).toBe('');
    expect((await nanvix(['run', '--', at('whole.elf')])).status).toBe(8);
  });

  it('tells what is wrong where it is, with the path as it was given, and writes nothing', async () => {
    const source = write('wrong.c', 'int main(void)\n{\n    return missing;\n}\n');
    const { stderr, status } = await tcc(source, '-o', at('wrong.elf'));
    expect(stderr).toContain(`${source}:3: error: 'missing' undeclared`);
    expect(status).toBe(1);
    expect(() => readFileSync(at('wrong.elf'))).toThrow('ENOENT');
  });

  it('refuses what it cannot make', async () => {
    const source = write('fine.c', 'int main(void) { return 0; }\n');
    expect((await tcc('-S', source)).stderr).toContain('TinyCC makes programs and objects only');
    expect((await nanvix(['c++', '--compiler', 'tcc', source, '-o', at('x')])).stderr).toContain(
      'TinyCC knows no C++',
    );
    expect((await nanvix(['cc', '--compiler', 'clang', source, '-o', at('x')])).stderr).toContain(
      'give gcc or tcc',
    );
  });
});
