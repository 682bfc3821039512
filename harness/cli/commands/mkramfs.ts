/**
 * `nanvix-v86 mkramfs`: makes the image of a file system from a folder, as Nanvix's tool of that name does, with its options and exit
 * statuses. Source: ABI reference for Era M, "mkramfs, mkimage".
 */
import { writeFile } from 'node:fs/promises';
import { replaceFile } from '../../../images/store/replace-file.ts';
import { nanvixTool, parseWords, WRONG_OPTION } from '../nanvix-tool.ts';

const MEBIBYTE = 2 ** 20;
const PAGE = 4096;
const DEFAULT_FACTOR = 1.5;
const USAGE = 'usage: mkramfs -o OUT [-s BYTES] [-f FACTOR] DIR';

/** The exit statuses of Nanvix's tool. */
const status = { usage: 1, hostFiles: 2, volume: 3 } as const;

interface Request {
  readonly output: string;
  readonly folder: string;
  /** Size of the image; undefined leaves it to the factor. */
  readonly bytes: number | undefined;
  readonly factor: number;
}

export const mkramfsCommand = nanvixTool(
  'mkramfs',
  'make the image of a file system from a folder, with the options of Nanvix: -o OUT [-s BYTES] [-f FACTOR] DIR',
  'options and the folder',
  makeRamfs,
);

async function makeRamfs(words: readonly string[]): Promise<number> {
  // `-h` is a wrong usage to Nanvix's tool, which has no long options.
  if (words.includes('--help')) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const request = readRequest(words);
  if (typeof request === 'string') return fail(status.usage, `${request}; ${USAGE}`);
  const { createRamfs, readFolder, RamfsError } = await import('../../../images/ramfs/index.ts');
  const { output, folder } = request;
  try {
    const files = readFolder(folder, 'skip');
    const content = [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
    const image = createRamfs(files, { totalBytes: request.bytes ?? sizeFor(content, request.factor) });
    await replaceFile(output, (file, flag, mode) => writeFile(file, image, { flag, mode }));
    process.stderr.write(
      `mkramfs: source=${folder} content=${content}B image=${image.length}B output=${output}\n`,
    );
    return 0;
  } catch (error) {
    if (error instanceof RamfsError)
      return fail(error.kind === 'unreadable' ? status.hostFiles : status.volume, error.message);
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return fail(status.hostFiles, `${output} cannot be written (${code})`);
  }
}

/** Bytes of an image: room for the content times a factor, at least a mebibyte, in whole pages. */
function sizeFor(content: number, factor: number): number {
  return Math.ceil(Math.max(MEBIBYTE, content * factor) / PAGE) * PAGE;
}

/** What is asked for, or in a few words why it cannot be. */
function readRequest(words: readonly string[]): Request | string {
  const parsed = parseWords(words, {
    o: { type: 'string', short: 'o' },
    s: { type: 'string', short: 's' },
    f: { type: 'string', short: 'f' },
  });
  if (parsed === undefined) return WRONG_OPTION;
  const { values, positionals } = parsed;
  const [folder, ...more] = positionals;
  if (values.o === undefined) return 'no image is named: add -o OUT';
  if (folder === undefined || more.length > 0) return 'name one folder';
  const bytes = values.s === undefined ? undefined : Number(values.s);
  if (bytes !== undefined && !(Number.isSafeInteger(bytes) && bytes >= MEBIBYTE))
    return `-s is ${values.s}: give at least ${MEBIBYTE} bytes`;
  const factor = values.f === undefined ? DEFAULT_FACTOR : Number(values.f);
  if (!(factor >= 1 && Number.isFinite(factor))) return `-f is ${values.f}: give a number from 1.0 on`;
  return {
    output: values.o,
    folder,
    factor,
    bytes: bytes === undefined ? undefined : Math.ceil(bytes / PAGE) * PAGE,
  };
}

function fail(code: number, message: string): number {
  process.stderr.write(`mkramfs: ${message}\n`);
  return code;
}
