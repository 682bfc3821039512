/** `nanvix-v86 images` and `nanvix-v86 cc`. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nanvix } from '../support/command.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-cc-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('images', () => {
  it('lists what is built with sizes and digests', async () => {
    const result = await nanvix(['images', 'list', '--json']);
    const listing = JSON.parse(result.stdout) as {
      name: string;
      status: string;
      file?: { sha256: string };
    }[];
    expect(listing.length).toBeGreaterThan(0);
    for (const { status, file } of listing.filter((image) => image.status !== 'missing')) {
      expect(['built', 'differs']).toContain(status);
      expect(file?.sha256).toMatch(/^[0-9a-f]{64}$/);
    }
  });

  it('builds nothing and shows no steps when all is there', async () => {
    const result = await nanvix(['images']);
    expect([result.status, result.stderr.replaceAll(/^.*"level":40.*$\n/gm, '')]).toEqual([0, '']);
  });
});

describe('cc', () => {
  it('compiles a program that runs', async () => {
    const source = join(folder, 'seven.c');
    const program = join(folder, 'seven.elf');
    writeFileSync(source, '#include <stdio.h>\nint main(void) { printf("%d\\n", SEVEN); return SEVEN; }\n');
    expect(await nanvix(['cc', '-DSEVEN=7', source, '-o', program])).toMatchObject({ status: 0, stdout: '' });
    expect(await nanvix(['run', '--', program])).toMatchObject({ status: 7, stdout: '7\n' });
  });

  it('compiles for Era M, where run --era M finds the kernel for it', async () => {
    const source = join(folder, 'era.c');
    const program = join(folder, 'era.elf');
    writeFileSync(source, '#include <stdio.h>\nint main(void) { puts("era M"); }\n');
    expect(await nanvix(['cc', '--era', 'M', source, '-o', program])).toMatchObject({
      status: 0,
      stdout: '',
    });
    expect(await nanvix(['run', '--era', 'M', '--', program])).toMatchObject({
      status: 0,
      stdout: 'era M\n',
    });
  });

  it("shows the compiler's message and writes no program when a source is wrong", async () => {
    const source = join(folder, 'wrong.c');
    const program = join(folder, 'wrong.elf');
    writeFileSync(source, 'int main(void) { return undeclared; }\n');
    const result = await nanvix(['cc', source, '-o', program]);
    expect(result.status).not.toBe(0);
    expect(result.stderr).toContain('undeclared');
    expect(existsSync(program)).toBe(false);
  });
});
