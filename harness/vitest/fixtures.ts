/**
 * Vitest fixtures that give a test a guest of its own and take it away afterwards.
 *
 * What must hold: no test sees what another did. A restored guest is put back to the snapshot, all of it, before every
 * test; machines are used again only for that, and only after a test that has let go of them.
 */
import { join } from 'node:path';
import { afterAll, test as base, type TestAPI, type TestContext } from 'vitest';
import { bootPlanned, planBoot } from '../guest/boot.ts';
import type { Guest } from '../guest/guest.ts';
import type { GuestSnapshot } from '../guest/guest-snapshot.ts';
import type { BootOptions } from '../guest/options.ts';
import type { RunStart } from '../replay/index.ts';
import { restoreSnapshot } from '../guest/restore.ts';
import { wallClock as hostClock } from '../guest/wall-clock.ts';
import { cachedSnapshot, type SnapshotPoint } from '../snapshots/snapshot-cache.ts';
import { handOver } from './tested-guest.ts';

/** Where tools put what they leave in a project. */
const WORK_FOLDER = join(process.cwd(), 'node_modules', '.cache', 'nanvix-v86');

/** What a test of {@link guestTest} can ask for. Only what it asks for is made. */
export interface GuestFixtures {
  /** A guest at its first instruction, booted for this test alone. */
  readonly booted: Guest;
  /** The snapshot that `restored` and `forked` start from. */
  readonly snapshot: GuestSnapshot;
  /** A guest that stands where the snapshot was taken. */
  readonly restored: Guest;
  /** Another one, in a machine of its own: the two go on independently. */
  readonly forked: Guest;
}

/** What the guests of a suite are, and where their snapshot is taken. */
export interface GuestTestOptions extends BootOptions {
  /** Where the snapshot is taken; where the program makes its snapshot call, if nothing else is said. */
  readonly snapshotAt?: SnapshotPoint;
  /** Folder of the snapshot cache, instead of the user's own, of which `nanvix-v86 cache` tells. */
  readonly cacheFolder?: string;
}

/**
 * Makes a `test` whose fixtures are guests.
 *
 * ```ts
 * const test = guestTest({ program: 'build/hello.elf' });
 * test('says hello', async ({ booted }) => {
 *   await expect(booted).toPrint('hello');
 * });
 * ```
 *
 * @param options What to boot, or a function that finds it out once, for example by compiling the program.
 */
export function guestTest(
  options: GuestTestOptions | (() => GuestTestOptions | Promise<GuestTestOptions>),
): TestAPI<GuestFixtures> {
  const suite = new GuestSuite(options);
  return base.extend<GuestFixtures>({
    booted: async ({ task, signal }, use) => {
      const plan = await planBoot(await suite.options());
      const guest = await bootPlanned(plan);
      try {
        await suite.handOver('booted', guest, { kind: 'boot', plan }, { task, signal }, use);
      } finally {
        guest.dispose();
      }
    },
    // Vitest finds out from the pattern which other fixtures a fixture needs; this needs none.
    // eslint-disable-next-line no-empty-pattern
    snapshot: async ({}, use) => {
      await use(await suite.snapshot());
    },
    restored: async ({ task, signal }, use) => {
      await suite.lend('restored', { task, signal }, use);
    },
    forked: async ({ task, signal }, use) => {
      await suite.lend('forked', { task, signal }, use);
    },
  });
}

type Test = Pick<TestContext, 'task' | 'signal'>;
type Use = (guest: Guest) => Promise<void>;

/** The options, the snapshot and the idle machines of the tests of one {@link guestTest}. */
class GuestSuite {
  readonly #given: GuestTestOptions | (() => GuestTestOptions | Promise<GuestTestOptions>);
  readonly #idle: Guest[] = [];
  #options: Promise<GuestTestOptions> | undefined;
  #snapshot: Promise<GuestSnapshot> | undefined;

  constructor(given: GuestTestOptions | (() => GuestTestOptions | Promise<GuestTestOptions>)) {
    this.#given = given;
    afterAll(() => {
      for (const guest of this.#idle.splice(0)) guest.dispose();
    });
  }

  options(): Promise<GuestTestOptions> {
    this.#options ??= Promise.resolve(typeof this.#given === 'function' ? this.#given() : this.#given);
    return this.#options;
  }

  snapshot(): Promise<GuestSnapshot> {
    this.#snapshot ??= this.options().then(async ({ snapshotAt, cacheFolder, ...bootOptions }) => {
      return (await cachedSnapshot(bootOptions, snapshotAt, cacheFolder)).snapshot;
    });
    return this.#snapshot;
  }

  /** @returns Whether the guest may be used again. */
  async handOver(fixture: string, guest: Guest, from: RunStart, test: Test, use: Use): Promise<boolean> {
    const { cacheFolder, wallClock = hostClock } = await this.options();
    const failedFolder = join(cacheFolder ?? WORK_FOLDER, 'failed');
    return await handOver(guest, test, { fixture, from, failedFolder, wallClock }, use);
  }

  /** Lends a guest that stands at the snapshot. */
  async lend(fixture: string, test: Test, use: Use): Promise<void> {
    const snapshot = await this.snapshot();
    const guest = this.#idle.pop() ?? (await this.#newGuest(snapshot));
    let isFree = false;
    try {
      guest.restore(snapshot, 'continue', { compiled: 'keep' });
      isFree = await this.handOver(fixture, guest, { kind: 'snapshot', snapshot }, test, use);
    } finally {
      if (isFree) this.#idle.push(guest);
      else guest.dispose();
    }
  }

  async #newGuest(snapshot: GuestSnapshot): Promise<Guest> {
    const { kernel, program, deadlines, onConsole, onOutput, wallClock } = await this.options();
    return await restoreSnapshot(snapshot, {
      ...(kernel === undefined ? {} : { kernel }),
      program,
      ...(deadlines === undefined ? {} : { deadlines }),
      ...(onConsole === undefined ? {} : { onConsole }),
      ...(onOutput === undefined ? {} : { onOutput }),
      ...(wallClock === undefined ? {} : { wallClock }),
    });
  }
}
