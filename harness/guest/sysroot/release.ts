/**
 * Which release of Nanvix a program was built for: `nanvix.lock` says it, in the program's folder or one above, as Nanvix's tools
 * write it. Source: ABI reference for Era M, "nanvix.toml, nanvix.lock, sysroot, archives".
 */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { parse, TomlError } from 'smol-toml';
import * as v from 'valibot';
import { InputError } from '../errors.ts';

/** What a lock file says; a field that it lacks is undefined. */
export interface WantedRelease {
  /** Path of the lock file. */
  readonly file: string;
  readonly version: string | undefined;
  readonly tag: string | undefined;
  readonly commit: string | undefined;
  /** SHA-256 of the archive, in hex. */
  readonly sha256: string | undefined;
}

const NAMES = ['nanvix.lock', join('.nanvix', 'nanvix.lock')];
const COMMIT = /[0-9a-f]{40}/;

const lock = v.object({
  metadata: v.optional(
    v.object({
      sdk: v.optional(
        v.object({
          'nanvix-version': v.optional(v.string()),
          'nanvix-tag': v.optional(v.string()),
          'nanvix-commit': v.optional(v.string()),
          'sysroot-sha256': v.optional(v.string()),
        }),
      ),
    }),
  ),
});

/**
 * Looks for the lock file of a program, in its folder and those above.
 *
 * @returns Undefined where there is none, or it says nothing of a release.
 * @throws InputError for one that cannot be read.
 */
export async function wantedRelease(program: string): Promise<WantedRelease | undefined> {
  for (let folder = dirname(resolve(program)); ; folder = dirname(folder)) {
    for (const name of NAMES) {
      const file = join(folder, name);
      const text = await readFile(file, 'utf8').catch(() => undefined);
      if (text !== undefined) return readLock(file, text);
    }
    if (dirname(folder) === folder) return undefined;
  }
}

function readLock(file: string, text: string): WantedRelease | undefined {
  let parsed;
  try {
    parsed = v.safeParse(lock, parse(text));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new InputError(`${file} is no TOML (line ${error.line}): have Nanvix's tools write it again`);
  }
  if (!parsed.success) throw new InputError(`${file} is no lock file of Nanvix: ${parsed.issues[0].message}`);
  const sdk = parsed.output.metadata?.sdk;
  if (sdk === undefined) return undefined;
  return {
    file,
    version: sdk['nanvix-version'],
    tag: sdk['nanvix-tag'],
    commit: sdk['nanvix-commit'],
    sha256: sdk['sysroot-sha256'],
  };
}

/** `Nanvix 0.20.0 (commit edda6ab30be8)`. */
export function releaseText({ version, tag, commit }: WantedRelease): string {
  const name = version ?? tag?.replace(/^v/, '');
  return `Nanvix${name === undefined ? '' : ` ${name}`}${commit === undefined ? '' : ` (commit ${commit.slice(0, 12)})`}`;
}

/**
 * Whether an archive is the release that is wanted: by its digest, else by the commit in its name. Undefined where neither tells, as of
 * a folder.
 */
export function isWanted(
  wanted: WantedRelease,
  archive: { readonly path: string; readonly sha256: string | undefined },
): boolean | undefined {
  if (archive.sha256 === undefined) return undefined;
  if (wanted.sha256 !== undefined) return wanted.sha256.replace(/^sha256:/, '') === archive.sha256;
  const named = COMMIT.exec(basename(archive.path))?.[0];
  return named === undefined || wanted.commit === undefined ? undefined : named === wanted.commit;
}
