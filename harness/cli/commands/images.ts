/** `nanvix-v86 images`: builds what the guests are made of, and lists it. */
import { Command } from 'commander';
import type { ImageListing } from '../../../images/types.ts';

interface ImagesOptions {
  readonly cpython?: string;
  readonly json?: true;
}

export function imagesCommand(setStatus: (status: number) => void): Command {
  return new Command('images')
    .description('build the images that are missing and list them with their digests')
    .argument('[action]', '`build` builds and lists, `list` only lists', 'build')
    .option(
      '--cpython <file>',
      'keep a source archive of CPython, from 3.11 to 3.14, so that --python can name its release; builds nothing yet',
    )
    .option('--json', 'print the list, or what was kept, as JSON')
    .action(async (action: string, options: ImagesOptions) => {
      const { InputError } = await import('../../guest/errors.ts');
      if (options.cpython !== undefined) {
        await keepArchive(options.cpython, options.json === true);
        setStatus(0);
        return;
      }
      if (action !== 'build' && action !== 'list') {
        throw new InputError(`images cannot ${JSON.stringify(action)}: choose build or list`);
      }
      if (action === 'build') {
        const { allImages, prepareCodeOf } = await import('../images-progress.ts');
        await prepareCodeOf(await allImages(), 'now');
      }
      const { listImages } = await import('../../../images/index.ts');
      const listing = await listImages();
      process.stdout.write(options.json ? `${JSON.stringify(listing)}\n` : `${await tableOf(listing)}\n`);
      setStatus(0);
    });
}

async function keepArchive(file: string, asJson: boolean): Promise<void> {
  const { keepCPythonArchive } = await import('../../../images/index.ts');
  const kept = await keepCPythonArchive(file);
  const line = `CPython ${kept.version} is kept (SHA-256 ${kept.sha256}): run it with --python ${kept.version}`;
  process.stdout.write(`${asJson ? JSON.stringify(kept) : line}\n`);
}

async function tableOf(listing: readonly ImageListing[]): Promise<string> {
  const [{ default: Table }, { default: colors }] = await Promise.all([
    import('cli-table3'),
    import('picocolors'),
  ]);
  const table = new Table({
    head: ['image', 'status', 'bytes', 'SHA-256', 'file'],
    colAligns: ['left', 'left', 'right', 'left', 'left'],
    style: { head: colors.isColorSupported ? ['bold'] : [], border: colors.isColorSupported ? ['gray'] : [] },
  });
  for (const { name, status, file } of listing) {
    table.push([
      name,
      status,
      file?.bytes.toLocaleString('en') ?? '',
      file?.sha256.slice(0, 16) ?? '',
      file?.path ?? '',
    ]);
  }
  return table.toString();
}
