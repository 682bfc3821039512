/** A thousand damaged files: none accepted, none crashes the reader, none makes it wait. */
import { beforeAll, expect, test } from 'vitest';
import { readSnapshot } from '../../harness/snapshots/index.ts';
import { seededRandom } from './support/random.ts';
import { scratchFolder } from './support/scratch-folder.ts';
import { patternPage, smallContents } from './support/small-contents.ts';
import { fixHeaderChecksum, forge, headerOffsets } from './support/tar-edit.ts';

type Mutation = (file: Buffer, random: (bound: number) => number) => Buffer | Promise<Buffer>;

const scratch = scratchFolder();
let original: Buffer;

beforeAll(async () => {
  const pages = Array.from({ length: 300 }, (_, index) => patternPage(index * 3));
  original = await scratch.snapshotBytes(smallContents({ pages }));
});

const copyOf = (file: Buffer, change: (copy: Buffer) => void): Buffer => {
  const copy = Buffer.from(file);
  change(copy);
  return copy;
};

const slice = (file: Buffer, random: (bound: number) => number): [number, number] => {
  const start = random(file.length - 1);
  return [start, start + 1 + random(Math.min(4096, file.length - start - 1))];
};

/** Each makes a file that differs from the original in at least one byte. */
const mutations: Readonly<Record<string, Mutation>> = {
  'flips one bit': (file, random) =>
    copyOf(file, (copy) => {
      const at = random(copy.length);
      copy.writeUInt8(copy.readUInt8(at) ^ (1 << random(8)), at);
    }),
  'flips many bits': (file, random) =>
    copyOf(file, (copy) => {
      // An odd number of flips of different bits never cancels out.
      for (let flips = 0; flips < 33; flips += 1) {
        const at = random(copy.length / 33 - 1) * 33 + flips;
        copy.writeUInt8(copy.readUInt8(at) ^ (1 << random(8)), at);
      }
    }),
  truncates: (file, random) => file.subarray(0, random(file.length)),
  'cuts a piece out': (file, random) => {
    const [start, end] = slice(file, random);
    return Buffer.concat([file.subarray(0, start), file.subarray(end)]);
  },
  'repeats a piece': (file, random) => {
    const [start, end] = slice(file, random);
    return Buffer.concat([file.subarray(0, end), file.subarray(start)]);
  },
  'inserts random bytes': (file, random) => {
    const at = random(file.length);
    const bytes = Buffer.from(Array.from({ length: 1 + random(1024) }, () => random(256)));
    return Buffer.concat([file.subarray(0, at), bytes, file.subarray(at)]);
  },
  'edits a header and makes its checksum right': (file, random) =>
    copyOf(file, (copy) => {
      const offsets = headerOffsets(copy);
      const header = offsets[random(offsets.length)] ?? 0;
      // Not within the checksum, which would be put back.
      const at = header + ((random(512 - 8) + 156) % 512);
      copy.writeUInt8(copy.readUInt8(at) ^ (1 + random(255)), at);
      fixHeaderChecksum(copy, header);
    }),
  'edits a length in a header and makes its checksum right': (file, random) =>
    copyOf(file, (copy) => {
      const offsets = headerOffsets(copy);
      const header = offsets[random(offsets.length)] ?? 0;
      const old = Number.parseInt(copy.toString('latin1', header + 124, header + 135), 8);
      const length = [0, old + 1, old - 1, old + 512, 8 ** 11 - 1, random(8 ** 10)][random(6)] ?? 0;
      copy.write(
        Math.max(0, length === old ? old + 2 : length)
          .toString(8)
          .padStart(11, '0'),
        header + 124,
      );
      fixHeaderChecksum(copy, header);
    }),
  'edits a number in the table of parts and makes the digest right': (file, random) =>
    forge(file, {
      editManifest: (manifest) => {
        const part = manifest.parts[random(manifest.parts.length)];
        const delta = [1, -1, 512, 2 ** 31, 2 ** 52][random(5)] ?? 1;
        if (part?.pages !== undefined && random(2) === 0) part.pages += delta;
        else if (part !== undefined) part.bytes += delta;
      },
    }),
  'changes deflated bytes and makes all digests right': (file, random) =>
    forge(file, {
      editPart: (name, content) =>
        name === 'memory/000001.deflate'
          ? ([content.subarray(0, random(content.length)), Buffer.concat([content, content])][random(2)] ??
            content)
          : content,
    }),
};

const SEED = 20_261_123;
const FILES_PER_MUTATION = 100;

test.each(Object.entries(mutations))(`%s, ${FILES_PER_MUTATION} times`, async (_, mutate) => {
  const random = seededRandom(SEED);
  for (let round = 0; round < FILES_PER_MUTATION; round += 1) {
    const mutated = await mutate(original, random);
    expect(mutated.equals(original)).toBe(false);
    const error = await scratch.refusal(mutated);
    expect(error.message).toMatch(/^\S+: .+$/);
  }
});

test('the file they were made from is accepted', async () => {
  await expect(readSnapshot(await scratch.put('original', original))).resolves.toBeDefined();
});
