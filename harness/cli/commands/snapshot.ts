/** `nanvix-v86 snapshot`: what is in a snapshot file, what tells two apart, and one in the real monitor's layout. */
import { Command } from 'commander';
import type { SnapshotContents } from '../../snapshots/contents.ts';
import type { LoadedSnapshot } from '../../snapshots/guest-file.ts';
import type { SnapshotFile } from '../../snapshots/read.ts';
import type { AddressNames } from '../../snapshots/diff.ts';
import { checkOutputs } from '../sink.ts';

interface SymbolOptions {
  readonly kernel?: string;
  readonly program?: string;
  readonly json?: true;
}

/** As `diff` and `cmp` do. */
const STATUS_DIFFERENT = 1;

export function snapshotCommand(setStatus: (status: number) => void): Command {
  const command = new Command('snapshot').description(
    'look at snapshot files, compare them, export their memory',
  );
  command
    .command('info')
    .description('verify a file, print what it was taken with and when, and a picture of its memory')
    .argument('<file>', 'a snapshot file')
    .option('--json', 'print JSON instead')
    .action(async (path: string, options: { readonly json?: true }) => {
      const { readSnapshot } = await import('../../snapshots/read.ts');
      process.stdout.write(await describeFile(await readSnapshot(path), options.json === true));
      setStatus(0);
    });
  command
    .command('diff')
    .description('list registers, devices and pages in which two snapshots differ; status 1 when any does')
    .argument('<a>', 'a snapshot file')
    .argument('<b>', 'another one')
    .option(
      '--kernel <file>',
      'ELF file with the symbols of the kernel (default: the one built here, if it is that one)',
    )
    .option('--program <file>', 'ELF file with the symbols of the program (default: the same)')
    .option('--json', 'print JSON instead')
    .action(async (a: string, b: string, options: SymbolOptions) => {
      setStatus(await printDifference(a, b, options));
    });
  command
    .command('export')
    .description("write memory in the real monitor's layout: 4096 zero bytes, then all of RAM")
    .argument('<file>', 'a snapshot file')
    .argument('<vmem>', 'the file to write, for example kernel.vmem')
    .action(async (path: string, target: string) => {
      checkOutputs({ vmem: target }, ['vmem']);
      const { loadSnapshot } = await import('../../snapshots/guest-file.ts');
      const { exportVmem } = await import('../../snapshots/export-vmem.ts');
      const { snapshot } = await loadSnapshot(path);
      process.stdout.write(`${target}: ${(await exportVmem(target, snapshot)).toLocaleString('en')} bytes\n`);
      setStatus(0);
    });
  return command;
}

async function describeFile({ manifest, contents, bytes }: SnapshotFile, json: boolean): Promise<string> {
  const { drawMemoryMap, memoryMap } = await import('../../snapshots/memory-map.ts');
  const numbers = Array.from(contents.pages, ({ number }) => number);
  const map = memoryMap(numbers, manifest.memoryBytes, manifest);
  if (json) {
    const { pages, regions } = map;
    return `${JSON.stringify({ manifest, fileBytes: bytes, memory: { pages, regions } })}\n`;
  }
  return `${facts(contents, bytes)}\n\n${drawMemoryMap(map)}\n`;
}

function facts({ identity, moment, memoryBytes, modules }: SnapshotContents, bytes: number): string {
  const component = (found: { name: string; bytes: number; sha256: string } | null): string =>
    found === null
      ? 'none'
      : `${found.name}, ${found.bytes.toLocaleString('en')} bytes, SHA-256 ${found.sha256}`;
  const { kernelCall } = moment;
  const rows: [string, string][] = [
    [
      'emulator',
      `${identity.emulator.name} ${identity.emulator.version}, SHA-256 ${identity.emulator.sha256}`,
    ],
    ['kernel', component(identity.kernel)],
    ['program', component(identity.program)],
    ['ramfs', component(identity.ramfs)],
    ...Object.entries(identity.options).map(([name, value]): [string, string] => [name, String(value)]),
    ['memory', `${memoryBytes / 2 ** 20} MiB`],
    ['instructions', moment.instructions.toLocaleString('en')],
    ['virtual time', `${(moment.virtualNanoseconds / 1e6).toLocaleString('en')} ms`],
    [
      'last kernel call',
      kernelCall === null
        ? 'none'
        : `${kernelCall.name} (${kernelCall.number}), the ${kernelCall.index + 1}. of this boot`,
    ],
    ['compiled code', modules === undefined ? 'left out' : `${modules.length.toLocaleString('en')} bytes`],
    ['file', `${bytes.toLocaleString('en')} bytes, verified`],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

async function printDifference(a: string, b: string, options: SymbolOptions): Promise<number> {
  const { loadSnapshot } = await import('../../snapshots/guest-file.ts');
  const { diffSnapshots, isEmptyDifference } = await import('../../snapshots/diff.ts');
  const { formatDifference } = await import('../../snapshots/format-difference.ts');
  const [one, other] = [await loadSnapshot(a), await loadSnapshot(b)];
  const difference = await diffSnapshots(one.snapshot, other.snapshot, await symbolsFor(other, options));
  const text = options.json ? JSON.stringify(difference) : formatDifference(difference);
  process.stdout.write(`${text}\n`);
  return isEmptyDifference(difference) ? 0 : STATUS_DIFFERENT;
}

async function symbolsFor({ manifest }: LoadedSnapshot, options: SymbolOptions): Promise<AddressNames> {
  const { findSymbols } = await import('../../snapshots/find-symbols.ts');
  return await findSymbols(manifest, options);
}
