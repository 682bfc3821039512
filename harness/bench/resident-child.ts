/**
 * A process of its own that holds a guest of 256 MiB that has run hello, and as many forks of its snapshot as the argument says, each
 * run to its end. Prints the most memory that was resident, in MiB.
 */
import { restoreSnapshot } from '../guest/restore.ts';
import type { Guest } from '../guest/guest.ts';
import { bootHello } from '../guest/hello.ts';

const MEMORY_MIB = 256;
const KIBIBYTES_PER_MEBIBYTE = 1024;

const { guest, snapshot } = await bootHello({ memoryMiB: MEMORY_MIB });
if (snapshot === undefined) throw new Error('hello made no snapshot call');
/** All are held to the end. */
const guests: Guest[] = [guest];
for (let i = 0; i < Number(process.argv[2]); i++) {
  const fork = await restoreSnapshot(snapshot);
  await fork.runToEnd();
  guests.push(fork);
}
process.stdout.write(String(process.resourceUsage().maxRSS / KIBIBYTES_PER_MEBIBYTE));
for (const one of guests) one.dispose();
