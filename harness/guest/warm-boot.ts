/**
 * Boots in a process that boots the same guest again and again: the machine at time zero together with what an earlier boot
 * compiled. What the guest does is the same to the instruction; only the emulator's work of compiling is saved.
 *
 * Kept for this process, by the digests of all that a guest is made of; the first boot of each is an ordinary one, with the
 * code that is kept between processes (kept-code.ts) where there is some.
 */
import { bootPlanned, planBoot } from './boot.ts';
import type { Guest } from './guest.ts';
import type { GuestSnapshot } from './guest-snapshot.ts';
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
    const plan = await planBoot(options);
    const key = keyOf(plan.identity);
    const known = this.#warm.get(key);
    if (known !== undefined) {
      known.guest.restore(known.timeZero, 'continue', { compiled: 'keep' });
      return known.guest;
    }
    const guest = await bootPlanned(plan);
    this.#warm.set(key, { guest, timeZero: guest.capture({ compiled: false }) });
    return guest;
  }

  /** Frees every machine. */
  dispose(): void {
    for (const { guest } of this.#warm.values()) guest.dispose();
    this.#warm.clear();
  }
}
