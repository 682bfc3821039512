/**
 * The flags that the first line of the command starts Node with, for what else runs guests in a Node of its own. They stand there, with
 * the reasons for them, because a first line can import nothing.
 */
import { readFileSync } from 'node:fs';

const [firstLine = ''] = readFileSync(new URL('nanvix-v86.cjs', import.meta.url), 'utf8').split(/\r?\n/u, 1);

export const NODE_FLAGS: readonly string[] = firstLine.match(/--\S+/g) ?? [];
