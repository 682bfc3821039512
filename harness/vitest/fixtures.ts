/**
 * Vitest fixtures that give a test a guest of its own and take it away afterwards.
 *
 * What must hold: no test sees what another did. A restored guest is put back to the snapshot, all of it, before every
 * test; machines are used again only for that.
 */
import { afterAll, onTestFailed, test as base, type TestAPI } from 'vitest';
import { boot } from '../guest/boot.ts';
import type { Guest, GuestSnapshot } from '../guest/guest.ts';
import type { BootOptions } from '../guest/options.ts';
import { restoreSnapshot } from '../guest/restore.ts';
import { explainGuest } from './explain.ts';
import { cachedSnapshot, type SnapshotPoint } from './snapshot-cache.ts';

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
  /** Folder of the snapshot cache, instead of `node_modules/.cache/nanvix-v86/snapshots`. */
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
    // Vitest finds out from the pattern which other fixtures a fixture needs; these need none.
    // eslint-disable-next-line no-empty-pattern
    booted: async ({}, use) => {
      const guest = await boot(await suite.options());
      await accompany(guest, use);
      guest.dispose();
    },
    // eslint-disable-next-line no-empty-pattern
    snapshot: async ({}, use) => {
      await use(await suite.snapshot());
    },
    // eslint-disable-next-line no-empty-pattern
    restored: async ({}, use) => {
      await suite.lend((guest) => accompany(guest, use));
    },
    // eslint-disable-next-line no-empty-pattern
    forked: async ({}, use) => {
      await suite.lend((guest) => accompany(guest, use));
    },
  });
}

/** Explains the guest on stderr if the test fails. */
async function accompany(guest: Guest, use: (guest: Guest) => Promise<void>): Promise<void> {
  onTestFailed(({ task }) => {
    process.stderr.write(`\n--- ${task.name} ---\n${explainGuest(guest)}\n`);
  });
  await use(guest);
}

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

  /** Lends a guest that stands at the snapshot. */
  async lend(use: (guest: Guest) => Promise<void>): Promise<void> {
    const snapshot = await this.snapshot();
    const guest = this.#idle.pop() ?? (await this.#newGuest(snapshot));
    guest.restore(snapshot, 'continue', { compiled: 'keep' });
    await use(guest);
    this.#idle.push(guest);
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
