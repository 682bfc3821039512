/**
 * `npm run bench`: measures the figures and prints them as a table, or with `--json` as one object of name to median.
 * Nothing here is a test: wall time is shown, never judged.
 */
import Table from 'cli-table3';
import { Command } from 'commander';
import { measure } from './figure.ts';
import type { FigureResult } from './figure.ts';
import { figures } from './figures/index.ts';

interface BenchOptions {
  readonly json?: true;
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
}

const names = (text: string): string[] => text.split(',');

const program = new Command('bench')
  .description('measure the figures of the benchmark')
  .option('--json', 'print one object of name to median')
  .option('--only <names>', 'only these, separated by commas', names)
  .option('--skip <names>', 'all but these, for example imagesSeconds, which builds everything', names)
  .action(async ({ json, only, skip }: BenchOptions) => {
    const known = new Set(figures.map((figure) => figure.name));
    const unknown = [...(only ?? []), ...(skip ?? [])].find((name) => !known.has(name));
    if (unknown !== undefined)
      program.error(`no figure is named ${unknown}: choose from ${[...known].join(', ')}`);
    const results: FigureResult[] = [];
    for (const figure of figures) {
      if (only?.includes(figure.name) === false || skip?.includes(figure.name) === true) continue;
      process.stderr.write(`${figure.name}: ${figure.meaning}\n`);
      results.push(await measure(figure));
    }
    if (json) process.stdout.write(`${JSON.stringify(medians(results), undefined, 2)}\n`);
    else process.stdout.write(`${tableOf(results)}\n`);
  });

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
