/** Every way in which a file can be wrong has a name, and the message says what is wrong. */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { readSnapshot } from '../../harness/snapshots/index.ts';
import { scratchFolder } from './support/scratch-folder.ts';
import { smallContents } from './support/small-contents.ts';
import {
  entriesOf,
  fixHeaderChecksum,
  forge,
  headerOffsets,
  tarOf,
  withManifestText,
  type EditableManifest,
  type TarEntry,
} from './support/tar-edit.ts';

const scratch = scratchFolder();
let file: Buffer;
let entries: TarEntry[];

beforeAll(async () => {
  file = await scratch.snapshotBytes(smallContents());
  entries = await entriesOf(file);
});

const edited = (change: (copy: Buffer) => void): Buffer => {
  const copy = Buffer.from(file);
  change(copy);
  return copy;
};

const refusedManifest = async (editManifest: (manifest: EditableManifest) => void): Promise<string> => {
  const { kind, message } = await scratch.refusal(await forge(file, { editManifest }));
  return `${kind}: ${message.slice(message.indexOf(': ') + 2)}`;
};

const editMemory = (edit: (pages: Buffer) => Uint8Array): Promise<Buffer> =>
  forge(file, {
    editPart: (name, content) =>
      name.startsWith('memory') ? deflateRawSync(edit(inflateRawSync(content))) : content,
  });

describe('no snapshot at all', () => {
  it('a missing file', async () => {
    await expect(readSnapshot(scratch.path('missing'))).rejects.toMatchObject({ kind: 'unreadable' });
  });

  it('a folder', async () => {
    await mkdir(scratch.path('folder'));
    await expect(readSnapshot(scratch.path('folder'))).rejects.toThrow('not a plain file');
  });

  it('a named pipe, without waiting for it', async () => {
    await promisify(execFile)('mkfifo', [scratch.path('pipe')]);
    await expect(readSnapshot(scratch.path('pipe'))).rejects.toThrow('not a plain file');
  });

  it('an empty file', async () => {
    expect(await scratch.refusal(new Uint8Array())).toMatchObject({ kind: 'truncated' });
  });

  it('some other kind of file', async () => {
    for (const bytes of [4096, 96])
      expect(await scratch.refusal(Buffer.alloc(bytes, 'text '))).toMatchObject({
        kind: 'unreadable',
        message: expect.stringContaining('no snapshot: its first entry is not manifest.json') as string,
      });
  });

  it('some other tar', async () => {
    const other = await tarOf([{ header: { name: 'README' }, content: Buffer.from('hello') }]);
    expect(await scratch.refusal(other)).toMatchObject({
      kind: 'unreadable',
      message: expect.stringContaining('no snapshot: its first entry is not manifest.json') as string,
    });
  });

  it('a tar with another manifest', async () => {
    expect(await scratch.refusal(await withManifestText('{"name":"x"}', entries))).toMatchObject({
      kind: 'unreadable',
    });
  });
});

describe('truncated', () => {
  it.each([1, 511, 512, 513, 1024, 2000])('after %i bytes', async (length) => {
    expect(await scratch.refusal(file.subarray(0, length))).toMatchObject({ kind: 'truncated' });
  });

  it('by one byte, and the message counts', async () => {
    const { message } = await scratch.refusal(file.subarray(0, -1));
    expect(message).toContain(`the file ends after ${file.length - 1} of ${file.length} bytes`);
  });

  it('of a whole part', async () => {
    const { kind } = await scratch.refusal(await tarOf(entries.slice(0, -1)));
    expect(kind).toBe('truncated');
  });
});

describe('a flipped bit', () => {
  it.each([0, 1, 2, 3, 4, 5])('in the content of entry %i', async (index) => {
    const offset = (headerOffsets(file)[index] ?? 0) + 512 + 7;
    const copy = edited((bytes) => bytes.writeUInt8(bytes.readUInt8(offset) ^ 4, offset));
    const { kind, message } = await scratch.refusal(copy);
    expect(kind).toBe(index === 0 ? 'unreadable' : 'corrupted');
    expect(message).toContain(index < 2 ? 'manifest' : (entries[index]?.header.name ?? 'no entry'));
  });

  it('in a padding byte', async () => {
    const offset = (headerOffsets(file)[1] ?? 0) + 512 + 300;
    expect(await scratch.refusal(edited((bytes) => bytes.writeUInt8(1, offset)))).toMatchObject({
      kind: 'corrupted',
    });
  });

  it('in the last byte', async () => {
    expect(await scratch.refusal(edited((bytes) => bytes.writeUInt8(1, bytes.length - 1)))).toMatchObject({
      kind: 'corrupted',
    });
  });

  it('in the time of an entry, with its checksum made right', async () => {
    const offset = headerOffsets(file)[3] ?? 0;
    const copy = edited((bytes) => {
      bytes.write('7', offset + 140);
      fixHeaderChecksum(bytes, offset);
    });
    expect(await scratch.refusal(copy)).toMatchObject({ kind: 'corrupted' });
  });
});

describe('another version', () => {
  it('a later one names the version and says to use the release that wrote it', async () => {
    expect(await refusedManifest((manifest) => (manifest['version'] = 2))).toBe(
      'version: version 2 of the snapshot format, and this release reads version 1; use the release that wrote it',
    );
  });

  it('an earlier one says to take the snapshot again', async () => {
    expect(await refusedManifest((manifest) => (manifest['version'] = 0))).toContain(
      'take the snapshot again',
    );
  });

  it('is told before fields that only it knows are looked at', async () => {
    const text = '{"format":"nanvix-v86 snapshot","version":9,"parts":"elsewhere"}';
    expect(await scratch.refusal(await withManifestText(text, entries))).toMatchObject({ kind: 'version' });
  });
});

describe('a manifest with right digests that is wrong', () => {
  it.each<[string, (manifest: EditableManifest) => void]>([
    ['a missing field', (manifest) => delete manifest['kernel']],
    ['an unknown field', (manifest) => (manifest['extra'] = 1)],
    ['a negative count', (manifest) => (manifest['instructions'] = -1)],
    ['a fraction of a page', (manifest) => (manifest['memoryBytes'] = 5000)],
    ['a digest that is none', (manifest) => (manifest['kernel'] = { name: 'k', bytes: 1, sha256: 'abc' })],
    ['another compression', (manifest) => (manifest['compression'] = 'zstd')],
    ['a part named twice', (manifest) => manifest.parts.push(...manifest.parts.slice(2, 3))],
    [
      'a part that nobody knows',
      (manifest) => manifest.parts.push({ name: 'x', bytes: 0, sha256: '0'.repeat(64) }),
    ],
    ['parts in another order', (manifest) => manifest.parts.reverse()],
    ['no parts', (manifest) => (manifest.parts = [])],
  ])('%s', async (_, edit) => {
    expect(await refusedManifest(edit)).toMatch(/^corrupted: /);
  });

  it('the field is named', async () => {
    expect(
      await refusedManifest((manifest) => (manifest.parts[0] = { name: 'x', bytes: -1, sha256: '' })),
    ).toContain('manifest field parts.0.bytes');
  });

  it('written with other white space', async () => {
    const text = JSON.stringify(JSON.parse(entries[0]?.content.toString() ?? ''));
    expect(await scratch.refusal(await withManifestText(text, entries))).toMatchObject({ kind: 'corrupted' });
  });

  it('with a key twice', async () => {
    const text =
      entries[0]?.content.toString().replace('"version": 1,', '"version": 1,\n  "version": 1,') ?? '';
    expect(await scratch.refusal(await withManifestText(text, entries))).toMatchObject({ kind: 'corrupted' });
  });
});

describe('too large', () => {
  it('a manifest of more than a mebibyte', async () => {
    expect(await scratch.refusal(await withManifestText(' '.repeat((1 << 20) + 1), entries))).toMatchObject({
      kind: 'too-large',
    });
  });

  it('more memory than a machine can have', async () => {
    expect(await refusedManifest((manifest) => (manifest['memoryBytes'] = 2 ** 40))).toMatch(
      /^too-large: .*1099511627776/,
    );
  });

  it('more pages than fit into the memory', async () => {
    expect(await refusedManifest((manifest) => (manifest['memoryBytes'] = 7 * 4096))).toContain(
      'too-large: 8 pages do not fit into 28672 bytes',
    );
  });

  it('a part longer than anything its pages could deflate to', async () => {
    const edit = (manifest: EditableManifest): void => {
      Object.assign(manifest.parts[2] ?? {}, { bytes: 2 ** 33 });
    };
    expect(await refusedManifest(edit)).toMatch(/^too-large: part memory/);
  });
});

describe('a bomb', () => {
  it('a memory part that inflates to more than its pages', async () => {
    const bomb = await editMemory(() => Buffer.alloc(16 << 20));
    expect((await scratch.refusal(bomb)).message).toContain('memory/000000.deflate does not inflate to');
  });

  it('compiled modules that inflate to more than they claim', async () => {
    const bomb = await forge(file, {
      editPart: (name, content) =>
        name.startsWith('modules') ? deflateRawSync(Buffer.alloc(1 << 19)) : content,
    });
    expect((await scratch.refusal(bomb)).message).toContain('modules.deflate does not inflate to');
  });
});

describe('memory with right digests that is wrong', () => {
  it.each<[string, string, (pages: Buffer) => Uint8Array]>([
    ['fewer bytes than its pages', 'does not inflate to exactly', (pages) => pages.subarray(0, -1)],
    [
      'one byte more than its pages',
      'does not inflate to exactly',
      (pages) => Buffer.concat([pages, Buffer.alloc(1)]),
    ],
    [
      'another count',
      'another number of pages',
      (pages) => Buffer.concat([Buffer.from([7]), pages.subarray(1)]),
    ],
    [
      'a page behind the end of memory',
      'page 1003 is outside',
      (pages) => (pages.writeUInt32LE(1003, 32), pages),
    ],
    ['a page of zeros', 'page 0 is all zero', (pages) => pages.fill(0, 36, 36 + 4096)],
    ['a page twice', 'page 0 comes after page 0', (pages) => (pages.writeUInt32LE(0, 8), pages)],
  ])('%s', async (_, message, edit) => {
    expect((await scratch.refusal(await editMemory(edit))).message).toContain(message);
  });

  it('bytes after the end of the deflated data', async () => {
    const garbage = await forge(file, {
      editPart: (name, content) =>
        name.startsWith('memory') ? Buffer.concat([content, Buffer.alloc(3)]) : content,
    });
    expect((await scratch.refusal(garbage)).message).toContain('does not inflate to exactly');
  });
});

describe('state with right digests that is wrong', () => {
  it.each(['', '{', '{}', '{"$bytes":"!"}\n', '{"a":{"$bigint":"x"}}\n', 'NaN\n'])('%j', async (text) => {
    const forged = await forge(file, {
      editPart: (name, content) => (name === 'state/monitor.json' ? Buffer.from(text) : content),
    });
    expect((await scratch.refusal(forged)).message).toContain('state/monitor.json');
  });
});

describe('entries that no snapshot has', () => {
  const with_ = (index: number, header: TarEntry['header']): Promise<Buffer> =>
    tarOf(
      entries.map((entry, at) =>
        at === index ? { ...entry, header: { ...entry.header, ...header } } : entry,
      ),
    );

  it.each(['../../etc/passwd', '/etc/passwd', 'state/../../x', 'state\\..\\x'])(
    'a path that escapes: %s',
    async (name) => {
      expect(await scratch.refusal(await with_(2, { name }))).toMatchObject({ kind: 'unsafe' });
    },
  );

  it.each(['symlink', 'link', 'directory', 'character-device', 'fifo'] as const)('a %s', async (type) => {
    const target = { type, name: 'state/machine.json', linkname: '/etc/passwd' };
    const refused = await scratch.refusal(await with_(2, target));
    // Its content is gone as well, so the length may be what is noticed first.
    expect(['unsafe', 'truncated']).toContain(refused.kind);
  });

  it('a link with a length that fits', async () => {
    const offset = headerOffsets(file)[2] ?? 0;
    const copy = edited((bytes) => {
      bytes.write('2', offset + 156);
      bytes.write('/etc/passwd', offset + 157);
      fixHeaderChecksum(bytes, offset);
    });
    expect(await scratch.refusal(copy)).toMatchObject({ kind: 'unsafe' });
  });

  it('an entry twice', async () => {
    expect(await scratch.refusal(await tarOf([...entries, ...entries.slice(-1)]))).toMatchObject({
      kind: 'corrupted',
    });
  });

  it('an unknown entry', async () => {
    const unknown = { header: { name: 'notes.txt' }, content: Buffer.from('hi') };
    expect(await scratch.refusal(await tarOf([...entries, unknown]))).toMatchObject({ kind: 'corrupted' });
  });

  it('an entry with an extended header', async () => {
    const extended = entries.map((entry) => ({
      ...entry,
      header: { ...entry.header, pax: { comment: 'x' } },
    }));
    expect(await scratch.refusal(await tarOf(extended))).toMatchObject({ kind: 'corrupted' });
  });

  it('anything behind the end', async () => {
    expect((await scratch.refusal(Buffer.concat([file, file]))).message).toContain(
      `${file.length} bytes after its end`,
    );
  });

  it('a length in a header that differs from the manifest, with its checksum made right', async () => {
    const offset = headerOffsets(file)[4] ?? 0;
    const copy = edited((bytes) => {
      bytes.write('00000000777', offset + 124);
      fixHeaderChecksum(bytes, offset);
    });
    expect((await scratch.refusal(copy)).message).toContain('the entry memory/000000.deflate has 511 bytes');
  });
});
