/** The volumes that the project itself boots from. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inProject } from '../build/paths.ts';
import type { Step } from '../build/step.ts';
import { projectFiles } from '../build/tree.ts';
import { createRamfs } from './index.ts';

const script = inProject('images/programs/test_hello.py');

/** Room for a test that writes a file. */
const FREE_BYTES = 256 * 1024;

/** Name of the result of `helloRamfsStep`. */
export const HELLO_RAMFS_FILE = 'hello.img';

/** The hello volume: the script and nothing else, since the program has `encodings` frozen in. */
export const helloRamfsStep: Step = {
  name: 'ramfs-hello',
  files: [...projectFiles('images/ramfs', ['.ts']), script],
  steps: [],
  parameters: { freeBytes: FREE_BYTES },
  run: (context) => {
    const files = new Map([['/test_hello.py', new Uint8Array(readFileSync(script))]]);
    writeFileSync(path.join(context.out, HELLO_RAMFS_FILE), createRamfs(files, { freeBytes: FREE_BYTES }));
    return Promise.resolve();
  },
};
