/**
 * What went into a guest, as digests and options: two guests with equal identities run alike, and a snapshot fits a
 * guest exactly if their identities are equal.
 */
import { sha256 } from '../../emulator/sha256.ts';

/** Digest, length and name of one thing a machine was booted from. */
export interface ComponentIdentity {
  /** Base name of the file, for messages; not compared. */
  readonly name: string;
  readonly bytes: number;
  /** SHA-256, lower-case hexadecimal. */
  readonly sha256: string;
}

export type OptionValue = string | number | boolean | null;

export interface GuestIdentity {
  readonly kernel: ComponentIdentity;
  readonly program: ComponentIdentity;
  /** Null when there is no volume. */
  readonly ramfs: ComponentIdentity | null;
  /** Every option a guest can see the effect of. */
  readonly options: Readonly<Record<string, OptionValue>>;
}

/** Digest of a file that was not built here, or whose digest is not known. */
export function identify(name: string, bytes: Uint8Array): ComponentIdentity {
  return { name, bytes: bytes.length, sha256: sha256().update(bytes).hex() };
}

/**
 * What tells two guests apart, one line for each difference; none when a snapshot of one fits the other.
 * Names of files do not count, only what is in them.
 */
export function identityDifferences(expected: GuestIdentity, actual: GuestIdentity): string[] {
  if (expected === actual) return [];
  const differences: string[] = [];
  for (const part of ['kernel', 'program', 'ramfs'] as const) {
    const one = expected[part];
    const other = actual[part];
    if (one?.sha256 === other?.sha256) continue;
    differences.push(`${part} ${describe(one)} instead of ${describe(other)}`);
  }
  const names = new Set([...Object.keys(expected.options), ...Object.keys(actual.options)]);
  for (const name of names) {
    const one = expected.options[name];
    const other = actual.options[name];
    if (one !== other) differences.push(`${name} ${JSON.stringify(one)} instead of ${JSON.stringify(other)}`);
  }
  return differences;
}

function describe(component: ComponentIdentity | null): string {
  return component === null ? 'none' : `${component.name} (${component.sha256.slice(0, 12)})`;
}
