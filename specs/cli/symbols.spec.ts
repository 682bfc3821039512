/** `--symbols` names the programs of a bundle whose files are stripped, each by its own file, for every command that looks at a guest. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBundle } from '../../images/bundle/index.ts';
import { nanvix } from '../support/command.ts';
import { programM } from '../support/daemons.ts';

const source = (name: string, result: number): string => `
#include <nanvix/kcalls.h>
#include <unistd.h>
__attribute__((noinline)) int ${name}(void) { return nanvix_gettid() < 0 ? ${result} : 0; }
int main(void) { int result = ${name}(); if (nanvix_getpid() == 1) usleep(3000); return result; }`;

/** An ELF file without its section headers, and so without symbols. */
function stripped(path: string): Buffer {
  const file = Buffer.from(readFileSync(path));
  file.writeUInt32LE(0, 32);
  file.writeUInt16LE(0, 48);
  file.writeUInt16LE(0, 50);
  return file;
}

let folder = '';
let image = '';
let files = { one: '', two: '' };
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-symbols-'));
  files = {
    one: await programM('one', source('first_asks', 5)),
    two: await programM('two', source('second_asks', 6)),
  };
  const programs = [
    { bytes: stripped(files.one), commandLine: 'one' },
    { bytes: stripped(files.two), commandLine: 'two' },
  ];
  image = join(folder, 'all.img');
  writeFileSync(image, createBundle({ programs, kernelArguments: '' }));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const trace = async (...words: readonly string[]) =>
  await nanvix(['trace', '--memory', '128', '--call', 'gettid', '--json', ...words, image]);
const callers = (stdout: string): (string | undefined)[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; caller?: string; process?: number; program?: string })
    .filter(({ type }) => type === 'call')
    .map(({ caller, process, program }) => `${process} ${program}: ${caller?.replace(/\+.*/u, '')}`)
    // The start code asks too.
    .filter((text, index, all) => !text.endsWith('nvx_process_begin') && all.indexOf(text) === index);

describe('--symbols', () => {
  it('by a program, or by its number, names that one', async () => {
    const { stdout } = await trace('--symbols', `one=${files.one}`, '--symbols', `2=${files.two}`);
    expect(callers(stdout).sort()).toEqual(['1 one: first_asks', '2 two: second_asks']);
  });

  it('without one names the program that has the same code, and no other', async () => {
    const { stdout } = await trace('--symbols', files.two);
    expect(callers(stdout).sort()).toEqual(['1 one: undefined', '2 two: second_asks']);
  });

  it('of no program of the bundle is refused, and the programs are named', async () => {
    const other = await programM('other', 'int main(void) { return 7; }');
    expect(await trace('--symbols', other)).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/has the code of none of the bundle's programs.*\(one, two\)/u) as string,
    });
    expect(await trace('--symbols', `three=${files.one}`)).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/no program of the bundle is named three: one, two/u) as string,
    });
  });

  it('that is stripped as well is refused', async () => {
    const path = join(folder, 'stripped.elf');
    writeFileSync(path, stripped(files.one));
    expect(await trace('--symbols', `one=${path}`)).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/has no symbols/u) as string,
    });
  });

  it('is known to `profile` and `debug` too', async () => {
    const profile = await nanvix([
      'profile',
      '--format',
      'folded',
      '--interval',
      '11',
      '--memory',
      '128',
      '--symbols',
      files.two,
      image,
    ]);
    expect(profile.stdout).toMatch(/^\[2 two\];.*two:second_asks/mu);
    const script = join(folder, 'script');
    writeFileSync(script, 'break two:second_asks\ncontinue\n');
    const debug = await nanvix([
      'debug',
      '--script',
      script,
      '--memory',
      '128',
      '--symbols',
      `two=${files.two}`,
      image,
    ]);
    expect(debug.stdout).toMatch(/<second_asks> ring 3, process 2 two/u);
  });
});
