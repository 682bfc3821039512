/** The picture that `snapshot info` draws. */
import { expect, it } from 'vitest';
import { drawMemoryMap, memoryMap } from '../../harness/snapshots/memory-map.ts';
import { smallContents } from './support/small-contents.ts';

const MEBIBYTE = 1 << 20;
const { identity } = smallContents();

it('pages are counted by the regions of the boot protocol', () => {
  const map = memoryMap([0, 1, 8, 256, 257, 3072, 16_383], 64 * MEBIBYTE, identity);
  expect(map.regions.map(({ name, pages }) => [name, pages])).toEqual([
    ['control and clock', 2],
    ['real-mode start', 1],
    ['kernel and frames', 2],
    ['program file', 1],
    ['frames', 0],
    ['ramfs', 1],
  ]);
});

it('a cell is as dark as its pages are many', () => {
  const pages = [...Array.from({ length: 16 }, (_, index) => index), 16, 32, 33, 34, 35, 36];
  const [row] = drawMemoryMap(memoryMap(pages, 64 * MEBIBYTE, identity)).split('\n');
  expect(row?.slice(0, 17)).toBe('0x00000000  █░▒··');
});

it('empty rows are drawn once', () => {
  const picture = drawMemoryMap(memoryMap([0, 16_383], 64 * MEBIBYTE, identity)).split('\n');
  expect(picture.slice(0, 4).map((line) => line.slice(0, 36))).toEqual([
    '0x00000000  ░·······················',
    '0x00400000  ························',
    '            … 13 more empty rows',
    '0x03c00000  ························',
  ]);
});

it('memory smaller than the layout still has a picture', () => {
  expect(memoryMap([3], 4 * MEBIBYTE, identity).regions.map(({ name }) => name)).toEqual([
    'control and clock',
    'real-mode start',
    'kernel and frames',
    'ramfs',
  ]);
});
