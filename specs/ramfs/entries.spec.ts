/**
 * Folder entries as other tools leave them: letters in lower case by flag, marks in the first byte, long names without an owner.
 */
import { describe, expect, it } from 'vitest';
import { createRamfs, readRamfs } from '../../images/ramfs/index.ts';

const ENTRY_BYTES = 32;
const ATTRIBUTES = 11;
const CASE_FLAGS = 12;
const CHECKSUM = 13;

/** The paths of a volume after a change of the entry that starts with `start`, an 8.3 name or a long-name entry before it. */
function pathsAfter(
  files: Readonly<Record<string, string>>,
  start: string,
  change: (image: Uint8Array, at: number) => void,
): string[] {
  const image = createRamfs(files).slice();
  const at = Buffer.from(image).indexOf(start, 0, 'latin1');
  expect(at % ENTRY_BYTES).toBe(0);
  change(image, at);
  return [...readRamfs(image).keys()].sort();
}

function flip(image: Uint8Array, at: number): void {
  image[at] = ~(image[at] ?? 0);
}

const LONG = 'a name of more than one entry.text';
const LONG_SHORT = 'ANAMEO~1TEX';

describe('an 8.3 entry', () => {
  it.each([
    [0x00, '/README.TXT'],
    [0x08, '/readme.TXT'],
    [0x10, '/README.txt'],
    [0x18, '/readme.txt'],
    [0xe7, '/README.TXT'],
  ])('with the flags %i is %s', (flags, path) => {
    const paths = pathsAfter({ 'README.TXT': 'x' }, 'README  TXT', (image, at) => {
      image[at + CASE_FLAGS] = flags;
    });
    expect(paths).toEqual([path]);
  });

  it('in lower case by its flags keeps what is no letter of ASCII', () => {
    const paths = pathsAfter({ 'A1-XY.Z': 'x' }, 'A1-XY   Z', (image, at) => {
      image[at + 2] = 0xc9;
      image[at + CASE_FLAGS] = 0x18;
    });
    expect(paths).toEqual(['/a1\u00c9xy.z']);
  });

  it('whose first byte is 5 starts with the byte that marks deleted ones', () => {
    const paths = pathsAfter({ 'XBC.TXT': 'x', OTHER: 'y' }, 'XBC     TXT', (image, at) => {
      image[at] = 0x05;
    });
    expect(paths).toEqual(['/OTHER', '/\u00e5BC.TXT']);
  });

  it('that is deleted is gone', () => {
    const paths = pathsAfter({ 'XBC.TXT': 'x', OTHER: 'y' }, 'XBC     TXT', (image, at) => {
      image[at] = 0xe5;
    });
    expect(paths).toEqual(['/OTHER']);
  });

  it('that is the label of the volume is no file', () => {
    const paths = pathsAfter({ 'XBC.TXT': 'x', OTHER: 'y' }, 'XBC     TXT', (image, at) => {
      image[at + ATTRIBUTES] = 0x28;
    });
    expect(paths).toEqual(['/OTHER']);
  });
});

describe('a long name', () => {
  const entries = Math.ceil(LONG.length / 13);

  it('is that of the entry behind it', () => {
    expect(pathsAfter({ [LONG]: 'x' }, LONG_SHORT, () => undefined)).toEqual([`/${LONG}`]);
  });

  it.each<[string, (image: Uint8Array, at: number) => void]>([
    [
      'another 8.3 name was given to the file',
      (image, at) => {
        image.set(Buffer.from('OTHER   TXT'), at);
      },
    ],
    [
      'its first entry has another checksum',
      (image, at) => {
        flip(image, at - ENTRY_BYTES + CHECKSUM);
      },
    ],
    [
      'its last entry has another checksum',
      (image, at) => {
        flip(image, at - entries * ENTRY_BYTES + CHECKSUM);
      },
    ],
    ['an entry in its middle is missing', (image, at) => (image[at - 2 * ENTRY_BYTES] = 0xe5)],
    ['its first part is missing', (image, at) => (image[at - ENTRY_BYTES] = 0xe5)],
    ['its last part is missing', (image, at) => (image[at - entries * ENTRY_BYTES] = 0xe5)],
    ['its entries are out of order', (image, at) => (image[at - ENTRY_BYTES] = 2)],
  ])("is nobody's where %s", (_what, change) => {
    const paths = pathsAfter({ [LONG]: 'x' }, LONG_SHORT, change);
    expect(paths).toHaveLength(1);
    expect(paths[0]).toMatch(/^\/(ANAMEO~1\.TEX|OTHER\.TXT)$/);
  });

  it('left behind by a file that is gone does not name the next one', () => {
    const paths = pathsAfter({ [LONG]: 'x', 'NEXT.TXT': 'y' }, LONG_SHORT, (image, at) => {
      image[at] = 0xe5;
    });
    expect(paths).toEqual(['/NEXT.TXT']);
  });

  it('before the label of the volume does not name the next file', () => {
    const paths = pathsAfter({ [LONG]: 'x', 'NEXT.TXT': 'y' }, LONG_SHORT, (image, at) => {
      image[at + ATTRIBUTES] = 0x08;
    });
    expect(paths).toEqual(['/NEXT.TXT']);
  });
});
