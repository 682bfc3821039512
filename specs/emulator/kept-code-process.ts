/** A process of its own that makes a machine with the code folder named and interprets a loop: see kept-code.full.spec.ts. */

import { createMachine } from '../../emulator/index.ts';
import { Store } from '../../images/store/store.ts';

const JUMP_TO_ITSELF = Uint8Array.of(0xeb, 0xfe);

async function interpretLoop(folder: string, instructions: number): Promise<void> {
  const machine = await createMachine({
    memoryMiB: 1,
    wallClock: () => 0,
    compile: false,
    codeStore: new Store(folder),
  });
  machine.memory.write(0x8000, JUMP_TO_ITSELF);
  machine.enterRealMode({ eip: 0x8000 });
  const stop = machine.run({ instructions });
  process.stdout.write(JSON.stringify({ stop: stop.kind, instructions: machine.instructions }));
}

const [, , folder = '', count = ''] = process.argv;
await interpretLoop(folder, Number(count));
