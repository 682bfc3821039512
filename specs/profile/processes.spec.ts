/** A profile of several processes has each sample under its process, with the names of the right program; and each process has phases of its own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boot, guestSymbols } from '../../harness/index.ts';
import { functionShares, PhaseWatch, profile } from '../../harness/look/profile/index.ts';
import type { GuestPhase, Profile } from '../../harness/look/profile/index.ts';
import { nanvix } from '../support/command.ts';
import { bundleOf, programM, withDaemons } from '../support/daemons.ts';
import { bootGuest } from '../support/guests.ts';

/** Two programs that compute in functions of other names at the same addresses, and let each other run. */
const working = (name: string, turns: number): string => `
#include <nanvix/kcalls.h>
#include <unistd.h>
__attribute__((noinline)) unsigned ${name}(unsigned seed) {
  for (int i = 0; i < 20000; i++) seed = seed * 1664525 + 1013904223;
  return seed;
}
int main(void) {
  unsigned seed = 1;
  for (int turn = 0; turn < ${turns}; turn++) { seed = ${name}(seed); nanvix_sched_yield(); }
  if (getpid() == 1) usleep(20000);
  return seed == 0;
}`;

let bundle: Uint8Array = new Uint8Array(0);
beforeAll(async () => {
  bundle = await bundleOf(
    [await programM('alpha', working('alpha_work', 30)), 'alpha'],
    [await programM('beta', working('beta_work', 10)), 'beta'],
  );
});

describe('a profile of two programs', () => {
  let found: Profile;
  beforeAll(async () => {
    const guest = await boot({ program: bundle, memoryMiB: 128 });
    found = await profile(guest, guestSymbols(guest), 1009);
    guest.dispose();
  });

  it('has the process first on each stack', () => {
    const roots = new Set(found.stacks.map(({ frames }) => frames[0]));
    expect([...roots].filter((root) => root !== '[kernel]').sort()).toEqual(['[1 alpha]', '[2 beta]']);
  });

  it('names a function by its program, and mixes none up', () => {
    for (const { frames } of found.stacks) {
      const text = frames.join(';');
      expect(text.includes('alpha_work') && !text.startsWith('[1 alpha];')).toBe(false);
      expect(text.includes('beta_work') && !text.startsWith('[2 beta];')).toBe(false);
    }
    const shares = new Map(functionShares(found).map(({ name, self }) => [name, self]));
    // 30 turns against 10
    const ratio = (shares.get('alpha:alpha_work') ?? 0) / (shares.get('beta:beta_work') ?? 0);
    expect(ratio).toBeGreaterThan(2.9);
    expect(ratio).toBeLessThan(3.1);
  });

  it('is a profile without processes where there is one program', async () => {
    const program = await programM('alpha', working('alpha_work', 1));
    const guest = await bootGuest({ program, memoryMiB: 128 });
    const { stacks } = await profile(guest, guestSymbols(guest), 1009);
    expect(stacks.every(({ frames }) => frames[0]?.startsWith('[') === false)).toBe(true);
    expect(stacks.some(({ frames }) => frames.includes('alpha_work'))).toBe(true);
  });
});

describe('the phases of two programs', () => {
  let phases: readonly GuestPhase[];
  let instructions = 0;
  beforeAll(async () => {
    const guest = await boot({ program: bundle, memoryMiB: 128 });
    const watch = new PhaseWatch(guest, { clock: () => 0 });
    await guest.runToEnd();
    phases = watch.phases;
    ({ instructions } = guest.machine);
    guest.dispose();
  });

  it('are told for each process', () => {
    const named = phases.map(({ process, name }) => `${process ?? '-'}: ${name}`);
    expect(named[0]).toBe('-: kernel start');
    for (const process of ['1 alpha', '2 beta'])
      expect(named.filter((one) => one.startsWith(`${process}: `))).toEqual(
        ['start code', 'relocation', 'arguments', 'libc start', 'main', 'exit'].map(
          (name) => `${process}: ${name}`,
        ),
      );
  });

  it('have every instruction once', () => {
    expect(phases.reduce((sum, phase) => sum + (phase.instructions ?? NaN), 0)).toBe(instructions);
  });

  it('have the instructions of their own process alone, though both run in turns', () => {
    const [alpha, beta] = ['1 alpha', '2 beta'].map((process) =>
      phases.find((phase) => phase.process === process && phase.name === 'main'),
    );
    expect((beta?.to ?? 0) - (beta?.from ?? 0)).toBeGreaterThan(1.5 * (beta?.instructions ?? Infinity));
    expect((alpha?.instructions ?? 0) / (beta?.instructions ?? 1)).toBeGreaterThan(2.5);
  });

  it('are watched for without an instruction more', async () => {
    const guest = await bootGuest({ program: bundle, memoryMiB: 128 });
    await guest.runToEnd();
    expect(guest.machine.instructions).toBe(instructions);
  });
});

describe('the commands', () => {
  let folder = '';
  const image = (): string => join(folder, 'all.img');
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-profile-'));
    const app = await programM('app', 'int main(void) { return 3; }');
    writeFileSync(image(), await withDaemons(app, 'app'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('`run --phases` and `profile` say whose each phase is', async () => {
    for (const words of [
      ['run', '--phases'],
      ['profile', '--interval', '997'],
    ]) {
      const { stderr, status } = await nanvix([...words, '--memory', '128', image()]);
      expect(status).toBe(3);
      for (const process of ['1 procd', '2 memd', '3 vfsd', '4 app'])
        expect(stderr).toMatch(new RegExp(`\\[${process}\\] main`, 'u'));
    }
  });
});
