/**
 * Guests that were built elsewhere: the package `nanvix-v86-guests`, installed beside this one. Open this file first.
 *
 * A result in it stands for a step whose sources are the same ({@link sourceKeyOf}), so a machine without a compiler needs
 * none. What must hold: a file of it is used only if it has the digest that it had when it was packed; what was made from other
 * sources is passed over, and built.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { DigestMemo } from '../build/digest-memo.ts';
import type { Prebuilt, PrebuiltStep } from '../build/engine.ts';
import { sourceKeyOf } from '../build/keys.ts';
import { inProject } from '../build/paths.ts';
import type { Manifest, ResultFile, Step } from '../build/step.ts';

export const GUESTS_PACKAGE = 'nanvix-v86-guests';
/** What only debuggers read, apart because it is large. */
export const DEBUG_PACKAGE = 'nanvix-v86-guests-debug';

/** Of more files than these the sizes are looked at: the standard library has thousands. */
const DIGESTED_FILES = 64;

/** Folder of a step's results in either package: its sources are part of the name, as one step may have results for each era. */
export const stepFolder = (root: string, step: string, sourceKey: string): string =>
  path.join(root, 'steps', `${step}-${sourceKey.slice(0, 16)}`);

export class PrebuiltGuests implements Prebuilt {
  readonly #root: string;
  readonly #debugRoot: string | undefined;
  readonly #memo: DigestMemo;
  readonly #sourceKeys = new Map<Step, Promise<string>>();

  private constructor(root: string, debugRoot: string | undefined, memo: DigestMemo) {
    this.#root = root;
    this.#debugRoot = debugRoot;
    this.#memo = memo;
  }

  /** The package, where one is installed: beside this package, in the current folder's project, or where the user says. */
  static find(memo: DigestMemo): PrebuiltGuests | undefined {
    const chosen = process.env['NANVIX_V86_GUESTS'];
    if (chosen === '') return undefined;
    const root = chosen ?? resolved(GUESTS_PACKAGE);
    return root === undefined ? undefined : new PrebuiltGuests(root, resolved(DEBUG_PACKAGE), memo);
  }

  async step(step: Step): Promise<PrebuiltStep> {
    const sourceKey = await sourceKeyOf(step, this.#memo, this.#sourceKeys);
    const folder = stepFolder(this.#root, step.name, sourceKey);
    const manifest = readJson(path.join(folder, 'manifest.json')) as Manifest | undefined;
    if (manifest?.sourceKey !== sourceKey) return { kind: 'none' };
    const files = (readJson(path.join(folder, 'files.json')) ?? []) as readonly ResultFile[];
    const elsewhere: Record<string, string> = {};
    for (const file of files) {
      const place = this.#placeOf(step.name, sourceKey, file.path);
      if (place === undefined) continue;
      if (!this.#isWhole(place, file, files.length)) {
        return {
          kind: 'damaged',
          warning: `${place} is not what was packed: install ${GUESTS_PACKAGE} again`,
        };
      }
      if (!place.startsWith(folder)) elsewhere[file.path] = place;
    }
    return { kind: 'found', built: { files: path.join(folder, 'files'), manifest, elsewhere } };
  }

  /** By digest where a step's files are few, by size where they are many. */
  #isWhole(place: string, file: ResultFile, among: number): boolean {
    if (statSync(place).size !== file.bytes) return false;
    return among > DIGESTED_FILES || this.#memo.digestOf(place) === file.sha256;
  }

  /** Undefined for a file of the debug package, where that is not installed. */
  #placeOf(step: string, sourceKey: string, file: string): string | undefined {
    const roots = [this.#root, ...(this.#debugRoot === undefined ? [] : [this.#debugRoot])];
    return roots
      .map((root) => path.join(stepFolder(root, step, sourceKey), 'files', file))
      .find((place) => existsSync(place));
  }
}

/** The folder of an installed package. */
function resolved(name: string): string | undefined {
  for (const from of [inProject('package.json'), path.join(process.cwd(), 'package.json')]) {
    try {
      return path.dirname(createRequire(from).resolve(`${name}/package.json`));
    } catch {
      // not installed there
    }
  }
  return undefined;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch {
    return undefined;
  }
}
