// binutils' addr2line, for those who look into the guest's files: a step of its own, since no image is made with it.
// Where the toolchain was unpacked from packages its copy lies there too, else it is the machine's.
import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { BuildError } from '../build/errors.ts';
import { inProject } from '../build/paths.ts';
import type { Step, StepContext } from '../build/step.ts';
import { which } from './machine-tools.ts';
import { toolchainStep } from './recipe.ts';

/** Name of the result. */
export const addr2lineFile = 'addr2line';

const unpacked = 'debian/usr/bin/x86_64-linux-gnu-addr2line';
const libraries = 'debian/usr/lib/x86_64-linux-gnu';

function place(context: StepContext): void {
  const toolchain = context.filesOf(toolchainStep);
  const target = path.join(context.out, addr2lineFile);
  const own = path.join(toolchain, unpacked);
  const machine = which('addr2line');
  if (existsSync(own)) {
    const script = `#!/bin/sh\nLD_LIBRARY_PATH=${path.join(toolchain, libraries)} exec ${own} "$@"\n`;
    writeFileSync(target, script, { mode: 0o755 });
  } else if (machine !== undefined) symlinkSync(machine, target);
  else throw new BuildError('tool-missing', 'addr2line is not on this machine: install binutils');
}

/** Result: `addr2lineFile`. */
export const addr2lineStep: Step = {
  name: 'addr2line',
  files: [inProject('images/toolchain/addr2line.ts')],
  steps: [toolchainStep],
  isTool: true,
  parameters: () => which('addr2line') ?? null,
  run: (context) => {
    place(context);
    return Promise.resolve();
  },
};
