/** Whether the manifest in a package tells the truth of each file: none is missing, none is another. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';

export const MANIFEST = 'harness/dist/provenance.json';

export interface Provenance {
  readonly version: string;
  /** Of the checkout; null for one without git. */
  readonly commit: string | null;
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly from: string }>>;
}

/** @returns A line for each file of the tarball that is not as its manifest says. */
export async function provenanceProblems(tarball: string): Promise<readonly string[]> {
  const found = new Map<string, string>();
  let manifest: Provenance | undefined;
  const entries = createReadStream(tarball).pipe(createGunzip()).pipe(extract());
  for await (const entry of entries) {
    const name = entry.header.name.replace(/^package\//, '');
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    const content = Buffer.concat(chunks);
    if (name === MANIFEST) manifest = JSON.parse(content.toString()) as Provenance;
    else found.set(name, createHash('sha256').update(content).digest('hex'));
  }
  if (manifest === undefined) return [`the package has no ${MANIFEST}`];
  const { files } = manifest;
  return [
    ...[...found]
      .filter(([name]) => files[name] === undefined)
      .map(([name]) => `${name} is not in the manifest`),
    ...Object.keys(files)
      .filter((name) => !found.has(name))
      .map((name) => `${name} is missing from the package`),
    ...[...found]
      .filter(([name, digest]) => files[name] !== undefined && files[name].sha256 !== digest)
      .map(([name]) => `${name} is another than the manifest says`),
  ];
}
