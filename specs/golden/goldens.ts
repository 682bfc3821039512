/** Where the golden snapshots are, and what is expected of each. */
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { SnapshotContents } from '../../harness/snapshots/index.ts';
import { goldenContentsV1 } from './contents.ts';

export type Expectation =
  | { readonly kind: 'loads'; readonly contents: SnapshotContents }
  /** Refused with an error of kind `version` that names the version. */
  | { readonly kind: 'refused' };

/** One row for each version of the format there ever was. */
export const goldens: Readonly<Record<number, Expectation>> = {
  1: { kind: 'loads', contents: goldenContentsV1 },
};

export function goldenPath(version: number): string {
  return fileURLToPath(new URL(`v${version}.snapshot.base64`, import.meta.url));
}

/** The same version, with the state of a real machine in it. */
export function machineGoldenPath(version: number): string {
  return fileURLToPath(new URL(`v${version}-machine.snapshot.base64`, import.meta.url));
}

/** The text that stands in the repository, for a snapshot file. */
export function goldenText(file: Uint8Array): string {
  const lines =
    gzipSync(file, { level: 9 })
      .toString('base64')
      .match(/.{1,100}/g) ?? [];
  return `${lines.join('\n')}\n`;
}

/** The snapshot file, from the text that stands in the repository. */
export function goldenFile(text: string): Buffer {
  return gunzipSync(Buffer.from(text, 'base64'));
}
