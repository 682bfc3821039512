/** `nanvix-v86 cache`: what is kept between processes, and how it is emptied. */
import { Command } from 'commander';
import type { KindContents, Removed } from '../../cache/manage.ts';

interface CacheOptions {
  readonly json?: true;
}

const HELP = `
What is kept saves the next process work and decides nothing: all of it may go at any time. It lies in
~/.cache/nanvix-v86, or where NANVIX_V86_CACHE says, closed to other users. Each kind has limits of age and of
size, which are kept when something is added; what was used longest ago goes first.`;

export function cacheCommand(setStatus: (status: number) => void): Command {
  const command = new Command('cache')
    .description('list what is kept between processes, remove what is old, or all of it')
    .addHelpText('after', HELP);
  command
    .command('list', { isDefault: true })
    .description('list the kinds of things that are kept, how many of each, and how large they are')
    .option('--json', 'print the list as JSON')
    .action(async ({ json }: CacheOptions) => {
      const { listCache } = await import('../../cache/manage.ts');
      const contents = listCache();
      process.stdout.write(json ? `${JSON.stringify(contents)}\n` : `${await tableOf(contents)}\n`);
      setStatus(0);
    });
  command
    .command('prune')
    .description(
      'remove what is beyond the limits of its kind, what processes that died and earlier versions left',
    )
    .option('--json', 'print what was removed as JSON')
    .action(async ({ json }: CacheOptions) => {
      const { pruneCache } = await import('../../cache/manage.ts');
      tell(pruneCache(), json);
      setStatus(0);
    });
  command
    .command('clear')
    .description('remove all of a kind, or of every kind; builds that run meanwhile may have to start again')
    .argument('[kind]', 'a kind, as `cache` lists it (default: all)')
    .option('--json', 'print what was removed as JSON')
    .action(async (kind: string | undefined, { json }: CacheOptions) => {
      const { cacheKinds, clearCache } = await import('../../cache/manage.ts');
      if (kind !== undefined && !cacheKinds.includes(kind)) {
        const { InputError } = await import('../../guest/errors.ts');
        throw new InputError(
          `nothing of the kind ${JSON.stringify(kind)} is kept: choose ${cacheKinds.join(', ')}`,
        );
      }
      tell(clearCache(kind), json);
      setStatus(0);
    });
  return command;
}

function tell(removed: Removed, json: true | undefined): void {
  const { entries, bytes } = removed;
  process.stdout.write(
    json
      ? `${JSON.stringify(removed)}\n`
      : `removed ${entries} ${entries === 1 ? 'entry' : 'entries'}, ${sizeOf(bytes)}\n`,
  );
}

const sizeOf = (bytes: number): string =>
  bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

async function tableOf(contents: readonly KindContents[]): Promise<string> {
  const [{ default: Table }, { default: colors }] = await Promise.all([
    import('cli-table3'),
    import('picocolors'),
  ]);
  const table = new Table({
    head: ['kind', 'entries', 'size', 'oldest use', 'what it holds'],
    colAligns: ['left', 'right', 'right', 'left', 'left'],
    style: { head: colors.isColorSupported ? ['bold'] : [], border: colors.isColorSupported ? ['gray'] : [] },
  });
  for (const { kind, entries, bytes, oldest, holds } of contents) {
    table.push([kind, entries, sizeOf(bytes), oldest?.toISOString().slice(0, 10) ?? '', holds]);
  }
  return table.toString();
}
