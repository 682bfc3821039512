/** Records what the processor of this host makes of the vectors: see `recorded.ts`. */

import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { vectorsOf } from './generate.ts';
import { runVectorsNatively } from './native.ts';
import { RECORDED, RECORDED_PATH } from './recorded.ts';

const vectors = vectorsOf(RECORDED.seed, RECORDED.each);
const after = runVectorsNatively(vectors);
const lines = [`recorded on: ${cpus()[0]?.model ?? 'an unknown processor'}`];
for (let i = 0; i < vectors.length; i += RECORDED.each) {
  const operation = 0xd800 | (vectors[i]?.operation ?? 0);
  lines.push([operation.toString(16), ...after.slice(i, i + RECORDED.each)].join('\t'));
}
writeFileSync(RECORDED_PATH, `${lines.join('\n')}\n`);
console.log(`${vectors.length} vectors in ${RECORDED_PATH}`);
