/**
 * Keys of steps: what a result depends on, as one SHA-256. Reads the files named as inputs, through the memo.
 */
import type { DigestMemo } from './digest-memo.ts';
import { sha256 } from './digest-memo.ts';
import { packageVersion, projectRoot } from './paths.ts';
import { portablePath } from '../system/paths.ts';
import type { BuiltStep, Manifest, Parameter, Step } from './step.ts';

/**
 * Part of every key: raised when the engine itself starts to make different results of equal inputs. The package's version
 * is part too, because a step does not name all of the engine that it is run by.
 */
const ENGINE_VERSION = 2;

export type Inputs = Manifest['inputs'];

/** A value as JSON with sorted object keys, so that equal values give equal text. */
export function canonical(value: Parameter): string {
  if (Array.isArray(value)) return `[${(value as readonly Parameter[]).map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const object = value as Readonly<Record<string, Parameter>>;
    const names = Object.keys(object).sort();
    return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(object[name] ?? null)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

/** What a step's own files and parameters are. */
async function ownInputs(step: Step, memo: DigestMemo): Promise<Pick<Inputs, 'files' | 'parameters'>> {
  const files: Record<string, string> = {};
  for (const file of [...step.files].sort()) files[portablePath(projectRoot, file)] = memo.digestOf(file);
  const given = step.parameters;
  return { files, parameters: (typeof given === 'function' ? await given() : given) ?? null };
}

/** Tools don't count, and content counts by what it was made from. */
function sourceKey(
  step: Step,
  { files, parameters }: Pick<Inputs, 'files' | 'parameters'>,
  sources: Readonly<Record<string, string>>,
): string {
  return sha256(canonical({ engineVersion: ENGINE_VERSION, step: step.name, files, sources, parameters }));
}

/**
 * The source key of a step, without anything being built.
 *
 * @param known Keys of steps by now; more are added.
 */
export async function sourceKeyOf(
  step: Step,
  memo: DigestMemo,
  known: Map<Step, Promise<string>>,
): Promise<string> {
  const compute = async (): Promise<string> => {
    const content = step.steps.filter(({ isTool }) => isTool !== true);
    const keys = await Promise.all(
      content.map(async (one) => [one.name, await sourceKeyOf(one, memo, known)] as const),
    );
    return sourceKey(step, await ownInputs(step, memo), Object.fromEntries(keys));
  };
  let key = known.get(step);
  if (key === undefined) known.set(step, (key = compute()));
  return await key;
}

/** Collects the inputs of a step whose own inputs are built. */
export async function inputsOf(
  step: Step,
  built: readonly BuiltStep[],
  memo: DigestMemo,
): Promise<{ inputs: Inputs; key: string; sourceKey: string }> {
  const own = await ownInputs(step, memo);
  const steps = Object.fromEntries(built.map(({ manifest }) => [manifest.step, manifest.identity]));
  const versions = { engineVersion: ENGINE_VERSION, packageVersion: packageVersion() };
  const sources = Object.fromEntries(
    built
      .filter((_, index) => step.steps[index]?.isTool !== true)
      .map(({ manifest }) => [manifest.step, manifest.sourceKey]),
  );
  return {
    inputs: { ...own, steps },
    key: sha256(canonical({ ...versions, step: step.name, ...own, steps })),
    sourceKey: sourceKey(step, own, sources),
  };
}
