/**
 * Records what the processor of this host makes of the vectors, as recorded.tsv: a line for each instruction, its name and the
 * answers, a tab between them. `npx tsx specs/emulator/sse/record.ts`
 */

import { writeFileSync } from 'node:fs';
import { processorAnswers, recordedVectors } from './answers.ts';

const lines = [...processorAnswers(recordedVectors())].map(([name, answers]) =>
  [name, ...answers].join('\t'),
);
writeFileSync(new URL('recorded.tsv', import.meta.url), `${lines.join('\n')}\n`);
