/**
 * Records what the processor of this host answers: recorded.tsv, a line for each instruction, its name and what it makes of the
 * vectors, a tab between them; and opcodes.tsv, which opcodes there are. `npx tsx specs/emulator/sse/record.ts`
 */

import { writeFileSync } from 'node:fs';
import { processorAnswers, recordedVectors } from './answers.ts';
import { opcodesOfProcessor } from './opcodes.ts';

const lines = [...processorAnswers(recordedVectors())].map(([name, answers]) =>
  [name, ...answers].join('\t'),
);
writeFileSync(new URL('recorded.tsv', import.meta.url), `${lines.join('\n')}\n`);
writeFileSync(new URL('opcodes.tsv', import.meta.url), opcodesOfProcessor());
