/**
 * `nanvix-v86 mkimage`: bundles programs into one file that a kernel of Era M boots, as Nanvix's tool of that name does, with its
 * options, lines and exit statuses. Source: ABI reference for Era M, "mkramfs, mkimage".
 */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { replaceFile } from '../../../images/store/replace-file.ts';
import { nanvixTool, parseWords, WRONG_OPTION } from '../nanvix-tool.ts';

const USAGE = 'usage: mkimage -o OUT [-k KARGS] "PATH;CMDLINE"...';
const STATUS_FAILED = 1;

interface Request {
  readonly output: string;
  readonly kernelArguments: string;
  readonly entries: readonly { readonly path: string; readonly commandLine: string }[];
}

export const mkimageCommand = nanvixTool(
  'mkimage',
  'bundle programs into one file to boot, with the options of Nanvix: -o OUT [-k KARGS] "PATH;CMDLINE"...',
  'options and programs',
  makeImage,
);

async function makeImage(words: readonly string[]): Promise<number> {
  const request = readRequest(words);
  if (request === 'help') {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  if (typeof request === 'string') return fail(`${request}; ${USAGE}`);
  const { BundleError, createBundle } = await import('../../../images/bundle/index.ts');
  try {
    const programs = request.entries.map(({ path, commandLine }) => {
      const bytes = readFileSync(path);
      tell(`adding '${path}' (${bytes.length} bytes, cmdline='${commandLine}')`);
      return { bytes, commandLine };
    });
    const image = createBundle({ programs, kernelArguments: request.kernelArguments });
    await replaceFile(request.output, async (file, flag, mode) => {
      await writeFile(file, image, { flag, mode });
    });
    tell(`wrote '${request.output}' (${image.length} bytes, ${programs.length} entries)`);
    return 0;
  } catch (error) {
    if (error instanceof BundleError) return fail(error.message);
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return fail(`${(error as NodeJS.ErrnoException).path ?? request.output}: ${code}`);
  }
}

/** What is asked for, or in a few words why it cannot be. */
function readRequest(words: readonly string[]): Request | string {
  const parsed = parseWords(words, {
    o: { type: 'string', short: 'o' },
    k: { type: 'string', short: 'k' },
    help: { type: 'boolean', short: 'h' },
  });
  if (parsed === undefined) return WRONG_OPTION;
  const { values, positionals } = parsed;
  if (values.help) return 'help';
  if (values.o === undefined) return 'no image is named: add -o OUT';
  if (positionals.length === 0) return 'no program is named';
  return {
    output: values.o,
    kernelArguments: values.k ?? '',
    entries: positionals.map((word) => {
      const at = word.indexOf(';');
      return at < 0
        ? { path: word, commandLine: '' }
        : { path: word.slice(0, at), commandLine: word.slice(at + 1) };
    }),
  };
}

function tell(message: string): void {
  process.stderr.write(`mkimage: ${message}\n`);
}

function fail(message: string): number {
  tell(message);
  return STATUS_FAILED;
}
