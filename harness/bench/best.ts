/** The best combination of the study, for the figures about it. */
import { InputError } from '../guest/errors.ts';
import type { BootOptions } from '../guest/options.ts';
import { readyRow } from '../study/measure.ts';
import { studyRow } from '../study/row.ts';
import { studyVariants } from '../study/variants.ts';

/** How to boot the best combination; builds it where it is missing. */
export async function bestOptions(): Promise<BootOptions> {
  return await optionsOf('best');
}

/** The same, with the snapshot call made. */
export async function bestSnapshotOptions(): Promise<BootOptions> {
  const options = await bestOptions();
  return { ...options, env: { ...options.env, NANVIX_SNAPSHOT: '1' }, kernelArguments: 'snapshot' };
}

/** The same, dumped at that call. */
export async function dumpedOptions(): Promise<BootOptions> {
  return await optionsOf('best-dumped');
}

async function optionsOf(row: string): Promise<BootOptions> {
  const variant = studyVariants.find(({ name }) => name === row);
  if (variant === undefined) throw new InputError(`the study has no row ${row}: add it to its variants`);
  return (await readyRow(studyRow(variant))).options;
}
