/** The study's count of code pages, held against a count by single steps, which takes seconds. */
import { expect, it } from 'vitest';
import { countCodePagesByStepping, countRow, readyRow } from '../../harness/study/measure.ts';
import { studyRow } from '../../harness/study/row.ts';

it('the pages of code that are executed are those that stepping through finds', async () => {
  const quick = studyRow({
    name: 'quick',
    change: '',
    build: { encodings: 'frozen' },
    run: { skipFinalization: true },
  });
  const ready = await readyRow(quick);
  expect((await countRow(ready)).figures.codePages).toBe(await countCodePagesByStepping(ready));
});
