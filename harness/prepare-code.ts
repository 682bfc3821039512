/** Makes the compiled code that is kept for CPython: by running hello, which goes through most of what any script starts with. */
import { codeCanBeKept, codeIsKept } from '../emulator/index.ts';
import type { Images } from '../images/types.ts';
import { bootPlanned, planBoot } from './boot.ts';
import { codeFolder } from './code-folder.ts';
import { HELLO } from './hello.ts';
import { codeKeyOf } from './kept-code.ts';

/**
 * Keeps compiled code for these images, unless there is some for them and this Node, or there is nowhere to keep it. Takes some seconds, of which `onStart`
 * tells.
 */
export async function prepareCode(images: Images, onStart: () => void): Promise<void> {
  const plan = await planBoot({ ...HELLO, images });
  const key = codeKeyOf(plan.identity);
  if (codeIsKept(codeFolder(), key) || !codeCanBeKept(codeFolder())) return;
  onStart();
  const guest = await bootPlanned(plan);
  const timeZero = guest.capture({ compiled: false });
  guest.run();
  guest.restore(timeZero, 'continue', { compiled: 'keep' });
  guest.machine.keepCode(key);
  guest.dispose();
}
