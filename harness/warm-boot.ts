/**
 * Boots that start with compiled code: the machine at time zero together with what an earlier boot of the same images
 * compiled. What the guest does is the same to the instruction; only the emulator's work of compiling is saved.
 *
 * Kept for this process, by the digests of all that a guest is made of; the first boot of each is an ordinary one.
 */
import { boot } from './boot.ts';
import type { Guest, GuestSnapshot } from './guest.ts';
import type { GuestIdentity } from './identity.ts';
import type { BootOptions } from './options.ts';

interface WarmGuest {
  readonly guest: Guest;
  readonly timeZero: GuestSnapshot;
}

const keyOf = (identity: GuestIdentity): string => JSON.stringify(identity);

export class WarmBoots {
  readonly #warm = new Map<string, WarmGuest>();

  /**
   * A guest at its first instruction. It belongs to this object: the next boot of the same images takes it back to its first
   * instruction, so use one at a time and do not dispose of it. Standard input is what the first boot was given.
   *
   * @throws InputError as {@link boot} does.
   */
  async boot(options: BootOptions): Promise<Guest> {
    const fresh = await boot(options);
    const key = keyOf(fresh.identity);
    const known = this.#warm.get(key);
    if (known === undefined) {
      this.#warm.set(key, { guest: fresh, timeZero: fresh.capture({ compiled: false }) });
      return fresh;
    }
    fresh.dispose();
    known.guest.restore(known.timeZero, 'continue', { compiled: 'keep' });
    return known.guest;
  }

  /** Frees every machine. */
  dispose(): void {
    for (const { guest } of this.#warm.values()) guest.dispose();
    this.#warm.clear();
  }
}
