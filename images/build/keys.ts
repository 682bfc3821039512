/**
 * Keys of steps: what a result depends on, as one SHA-256. Reads the files named as inputs, through the memo.
 */
import path from 'node:path';
import type { DigestMemo } from './digest-memo.ts';
import { sha256 } from './digest-memo.ts';
import { packageVersion, projectRoot } from './paths.ts';
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

/** Collects the inputs of a step whose own inputs are built. */
export async function inputsOf(
  step: Step,
  built: readonly BuiltStep[],
  memo: DigestMemo,
): Promise<{ inputs: Inputs; key: string; sourceKey: string }> {
  const files: Record<string, string> = {};
  for (const file of [...step.files].sort()) files[path.relative(projectRoot, file)] = memo.digestOf(file);
  const given = step.parameters;
  const parameters: Parameter = (typeof given === 'function' ? await given() : given) ?? null;
  const steps = Object.fromEntries(built.map(({ manifest }) => [manifest.step, manifest.identity]));
  const versions = { engineVersion: ENGINE_VERSION, packageVersion: packageVersion() };
  const key = sha256(canonical({ ...versions, step: step.name, files, steps, parameters }));
  // Tools don't count, and content counts by what it was made from.
  const sources = Object.fromEntries(
    built
      .filter((_, index) => step.steps[index]?.isTool !== true)
      .map(({ manifest }) => [manifest.step, manifest.sourceKey]),
  );
  const sourceKey = sha256(
    canonical({ engineVersion: ENGINE_VERSION, step: step.name, files, sources, parameters }),
  );
  return { inputs: { files, steps, parameters }, key, sourceKey };
}
