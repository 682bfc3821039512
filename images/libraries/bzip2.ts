/** libbz2, for Python's `_bz2`: all of the library, none of the programs. */
import type { Library } from './recipe.ts';

const names = 'blocksort bzlib compress crctable decompress huffman randtable';

export const bzip2: Library = {
  name: 'bzip2',
  sources: names.split(' ').map((name) => `${name}.c`),
  flags: ['-D_FILE_OFFSET_BITS=64'],
  headers: { 'bzlib.h': 'bzlib.h' },
};
