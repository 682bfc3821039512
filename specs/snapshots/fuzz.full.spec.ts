/** More than a thousand damaged files: none accepted, none crashes the reader, none makes it wait. */
import { deflateRawSync } from 'node:zlib';
import { beforeAll, expect, it } from 'vitest';
import { readSnapshot } from '../../harness/snapshots/index.ts';
import { seededRandom } from './support/random.ts';
import { scratchFolder } from './support/scratch-folder.ts';
import { patternPage, smallContents } from './support/small-contents.ts';
import {
  entriesOf,
  fixHeaderChecksum,
  forge,
  headerOffsets,
  tarOf,
  type TarEntry,
} from './support/tar-edit.ts';

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
  'lets a part inflate to more than it claims, with all digests right': (file, random) =>
    forge(file, {
      editPart: (name, content) =>
        name.endsWith('.deflate') && random(2) === 0
          ? deflateRawSync(Buffer.alloc(random(1 << 22), 1 + random(255)))
          : name.endsWith('000000.deflate')
            ? deflateRawSync(Buffer.alloc(1 << 22))
            : content,
    }),
  'puts an entry elsewhere': async (file, random) => {
    const entries = await entriesOf(file);
    const from = random(entries.length);
    const to = (from + 1 + random(entries.length - 1)) % entries.length;
    const [moved] = entries.splice(from, 1);
    return tarOf(moved === undefined ? entries : entries.toSpliced(to, 0, moved));
  },
  'swaps two parts, in the table as well': (file, random) =>
    forge(file, {
      editManifest: ({ parts }) => {
        const at = random(parts.length - 1);
        const [one, other] = [parts[at], parts[at + 1]];
        if (one !== undefined && other !== undefined) parts.splice(at, 2, other, one);
      },
    }),
  'writes an entry twice': async (file, random) => {
    const entries = await entriesOf(file);
    const again = entries[random(entries.length)];
    return tarOf(again === undefined ? [] : entries.toSpliced(random(entries.length + 1), 0, again));
  },
  'makes an entry something else than a plain file': async (file, random) =>
    changedHeader(file, random, (header) => {
      const types = ['link', 'symlink', 'character-device', 'block-device', 'directory', 'fifo'] as const;
      return { ...header, type: types[random(types.length)] ?? 'link', linkname: '../../etc/passwd' };
    }),
  'gives an entry another name': async (file, random) =>
    changedHeader(file, random, (header) => {
      const names = ['..', '../x', '/etc/passwd', `./${header.name}`, `a/../../${header.name}`, 'C:\\x', ''];
      const name = names[random(names.length + 1)] ?? header.name.repeat(20);
      return { ...header, name: name === '' ? 'x' : name };
    }),
  'puts an extended header before an entry': async (file, random) =>
    changedHeader(file, random, (header) => {
      const keys = ['path', 'linkpath', 'size', 'GNU.sparse.realsize', 'mtime', 'comment'];
      const texts = ['../../etc/passwd', '99999999999', '0', '-1', 'x'.repeat(100_000), header.name];
      const [key, text] = [keys[random(keys.length)] ?? 'path', texts[random(texts.length)] ?? ''];
      return { ...header, pax: { [key]: text } };
    }),
};

/** The file with the header of one of its entries changed, as tar-stream writes it. */
async function changedHeader(
  file: Buffer,
  random: (bound: number) => number,
  change: (header: TarEntry['header']) => TarEntry['header'],
): Promise<Buffer> {
  const entries = await entriesOf(file);
  const at = random(entries.length);
  return tarOf(
    entries.map((entry, index) => (index === at ? { ...entry, header: change(entry.header) } : entry)),
  );
}

const SEED = 20_261_123;
const FILES_PER_MUTATION = 100;

it.each(Object.entries(mutations))(`%s, ${FILES_PER_MUTATION} times`, async (_, mutate) => {
  const random = seededRandom(SEED);
  for (let round = 0; round < FILES_PER_MUTATION; round += 1) {
    const mutated = await mutate(original, random);
    expect(mutated.equals(original)).toBe(false);
    const error = await scratch.refusal(mutated);
    expect(error.message).toMatch(/^\S+: .+$/);
  }
});

it('the file they were made from is accepted', async () => {
  await expect(readSnapshot(await scratch.put('original', original))).resolves.toBeDefined();
});
