/**
 * `npm run bench`: measures the figures and prints them as a table, or with `--json` as one object of name to median.
 * Wall time is shown, never judged. `--check` compares what is exact with the committed baseline instead, and
 * `--peer qemu` measures the same hello in QEMU in turn.
 */
import Table from 'cli-table3';
import { Command, Option } from 'commander';
import { movedBetween } from '../study/moved.ts';
import { medianOf } from '../study/median.ts';
import { currentBaseline, readBaseline, writeBaseline } from './baseline.ts';
import { coldPeers, restorePeers, whyNoPeer } from './peer.ts';
import type { Pair, Peers } from './peer.ts';
import { measure } from './figure.ts';
import type { FigureResult } from './figure.ts';
import { figures } from './figures/index.ts';

interface BenchOptions {
  readonly json?: true;
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly check?: true;
  readonly update?: true;
  readonly peer?: 'qemu';
}

const PEER_PAIRS = 7;

const names = (text: string): string[] => text.split(',');

const program = new Command('bench')
  .description('measure the figures of the benchmark')
  .option('--json', 'print one object of name to median')
  .option('--only <names>', 'only these, separated by commas', names)
  .option('--skip <names>', 'all but these, for example imagesSeconds, which builds everything', names)
  .option('--check', 'compare instruction counts with the committed baseline; status 1 if any moved')
  .option('--update', 'write the baseline anew')
  .addOption(new Option('--peer <name>', 'measure hello in another emulator in turn').choices(['qemu']))
  .action(async ({ json, only, skip, check, update, peer }: BenchOptions) => {
    if (check || update) {
      await compareWithBaseline(update === true, json === true);
      return;
    }
    if (peer !== undefined) {
      await showPeer(json === true);
      return;
    }
    const known = new Set(figures.map((figure) => figure.name));
    const unknown = [...(only ?? []), ...(skip ?? [])].find((name) => !known.has(name));
    if (unknown !== undefined)
      program.error(`no figure is named ${unknown}: choose from ${[...known].join(', ')}`);
    const results: FigureResult[] = [];
    for (const figure of figures) {
      if (only?.includes(figure.name) === false || skip?.includes(figure.name) === true) continue;
      const whyNot = await figure.whyNot?.();
      process.stderr.write(`${figure.name}: ${whyNot ?? figure.meaning}\n`);
      if (whyNot !== undefined) continue;
      results.push(await measure(figure));
    }
    if (json) process.stdout.write(`${JSON.stringify(medians(results), undefined, 2)}\n`);
    else process.stdout.write(`${tableOf(results)}\n`);
  });

async function compareWithBaseline(update: boolean, json: boolean): Promise<void> {
  const now = await currentBaseline();
  if (update) {
    writeBaseline(now);
    process.stdout.write('the baseline is written: review it and commit it\n');
    return;
  }
  const moved = movedBetween(readBaseline(), now);
  if (moved.length > 0) process.exitCode = 1;
  if (json) {
    process.stdout.write(`${JSON.stringify(moved)}\n`);
    return;
  }
  if (moved.length === 0) {
    process.stdout.write('as the baseline says, to the instruction\n');
    return;
  }
  const table = new Table({ head: ['what', 'baseline', 'now', 'moved by'], style: { head: [], border: [] } });
  for (const { name, before, after, by } of moved) {
    table.push([name, before, after, by === undefined ? '' : `${(by * 100).toFixed(4)} %`]);
  }
  process.stdout.write(`${table.toString()}\nif this is meant: npm run bench -- --update\n`);
}

/** Pairs of runs, the first of which fills the disk's caches and does not count. */
async function pairsOf(peers: Peers): Promise<Pair[]> {
  try {
    const pairs = [];
    for (let i = 0; i <= PEER_PAIRS; i++) pairs.push(await peers.pair());
    return pairs.slice(1);
  } finally {
    await peers.dispose();
  }
}

async function showPeer(json: boolean): Promise<void> {
  const table = new Table({ head: ['', 'nanvix-v86', 'QEMU', 'ratio'], style: { head: [], border: [] } });
  const figures: Record<string, number> = {};
  for (const { name, title, prepare, restored } of [
    { name: 'peerCold', title: 'cold hello, whole process', prepare: coldPeers, restored: false },
    {
      name: 'peerRestore',
      title: 'hello from a snapshot, whole process',
      prepare: restorePeers,
      restored: true,
    },
  ]) {
    const whyNot = await whyNoPeer(restored);
    if (whyNot !== undefined) {
      process.stderr.write(`${title}: ${whyNot}\n`);
      continue;
    }
    const pairs = await pairsOf(await prepare());
    const ours = medianOf(pairs.map(({ oursMs }) => oursMs));
    const theirs = medianOf(pairs.map(({ theirsMs }) => theirsMs));
    const ratio = medianOf(pairs.map(({ oursMs, theirsMs }) => oursMs / theirsMs));
    table.push([title, `${ours.toFixed(0)} ms`, `${theirs.toFixed(0)} ms`, ratio.toFixed(2)]);
    Object.assign(figures, { [`${name}Ratio`]: ratio, [`${name}OursMs`]: ours, [`${name}TheirsMs`]: theirs });
  }
  if (json) process.stdout.write(`${JSON.stringify(figures)}\n`);
  else if (table.length > 0) process.stdout.write(`${table.toString()}\n`);
}

function medians(results: readonly FigureResult[]): Record<string, number> {
  return Object.fromEntries(
    results.map(({ figure, median }) => [figure.name, Number(median.toPrecision(6))]),
  );
}

function tableOf(results: readonly FigureResult[]): string {
  const table = new Table({
    head: ['figure', 'median', 'least', 'most', 'target', 'what'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [] },
  });
  for (const { figure, median, minimum, maximum } of results) {
    const show = (value: number): string =>
      `${Number(value.toPrecision(4)).toLocaleString('en')} ${figure.unit}`.trim();
    const bound = figure.better === 'higher' ? '>=' : '<=';
    const target = figure.target === undefined ? '' : `${bound} ${figure.target}`;
    table.push([figure.name, show(median), show(minimum), show(maximum), target, figure.meaning]);
  }
  return table.toString();
}

await program.parseAsync();
