/** `nanvix-v86 trace`: one line per call of a guest, in the manner of strace; and `trace diff`, which compares two runs. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { resultRegisters } from '../../../images/abi/kernel-calls.ts';
import type { TraceLevel } from '../../look/trace/index.ts';
import { milliseconds, wholeNumber } from '../parse.ts';
import { readUserFile } from '../../guest/user-file.ts';
import { addStartOptions } from '../start-guest.ts';
import { addSymbolOptions } from '../symbol-files.ts';
import { TRACE_FORMATS, type TraceOptionValues } from '../trace-options.ts';

interface DiffOptions {
  readonly all?: true;
  readonly durations?: true;
  readonly ignorePointers?: true;
  readonly ignoreTimes?: true;
  readonly json?: true;
}

/** As `diff` and `cmp` do. */
const STATUS_DIFFERENT = 1;
const DEFAULT_STRING_LIMIT = 64;
const LONGEST_STRING = 1 << 16;

const list = (text: string, before: readonly string[] = []): string[] => [
  ...before,
  ...text.split(',').filter((part) => part !== ''),
];

function levels(text: string): TraceLevel[] {
  const wanted = list(text);
  const known = wanted.filter((one): one is TraceLevel => one === 'kernel' || one === 'posix');
  if (known.length !== wanted.length || known.length === 0) {
    throw new InvalidArgumentError('give kernel, posix, or kernel,posix.');
  }
  return known;
}

const threads = (text: string): number[] => list(text).map(wholeNumber(0, 0x7fff_ffff));

export function traceCommand(setStatus: (status: number) => void): Command {
  const command = new Command('trace')
    .description('run a program and print each call it makes, with arguments, result and instructions taken')
    .option(
      '--level <levels>',
      'kernel: what goes through int 0x80; posix: what is asked of libposix; kernel,posix: both, nested (default: kernel)',
      levels,
    )
    .option('--call <names>', 'only these calls, by name or number; !name leaves one out', list)
    .option('--thread <ids>', 'only calls of these threads', threads)
    .option(
      '--result <results>',
      'only calls that failed, succeeded, unfinished, or gave an error such as ENOENT',
      list,
    )
    .addOption(
      new Option(
        '--results-in <registers>',
        'where the kernel answers: eax for kernels of 2024 (default: as in its era)',
      ).choices(resultRegisters),
    )
    .option('--from <ms>', 'only calls from this guest time on', milliseconds)
    .option('--to <ms>', 'only calls before this guest time', milliseconds)
    .option('--stack', "print the guest's call stack below each call")
    .option('-c, --summary', 'print a table of all calls instead of the calls')
    .option(
      '--string-limit <bytes>',
      'longest text or data to print',
      wholeNumber(0, LONGEST_STRING),
      DEFAULT_STRING_LIMIT,
    )
    .addOption(
      new Option(
        '--format <format>',
        "text; json, one call per line; perfetto, for Perfetto's page (Trace Event JSON, both levels) (default: text)",
      ).choices(TRACE_FORMATS),
    )
    .option(
      '-o, --output <file>',
      'write the trace there instead of to stderr (other formats than text: to stdout)',
    )
    .addOption(new Option('--json', 'the same as --format json').conflicts('format'));
  addStartOptions(addSymbolOptions(command)).action(
    async (program: string | undefined, line: readonly string[], options: TraceOptionValues) => {
      const { traceProgram } = await import('../trace-program.ts');
      setStatus(await traceProgram(program, line.join(' '), options));
    },
  );
  command
    .command('diff')
    .description('compare two traces written with --json; status 1 when any call differs')
    .argument('<a>', 'a trace')
    .argument('<b>', 'another one')
    .option('--all', 'show every difference, not only the first')
    .option('--durations', 'also compare how many instructions each call took')
    .option('--ignore-pointers', 'take all addresses for equal, as for programs that were linked differently')
    .option('--ignore-times', 'take all times that calls tell for equal, as for runs of other lengths')
    .option('--json', 'print the differing calls as JSON')
    .action(async (a: string, b: string, options: DiffOptions) => {
      setStatus(await printDifference(a, b, options));
    });
  return command;
}

async function printDifference(a: string, b: string, options: DiffOptions): Promise<number> {
  const trace = await import('../../look/trace/index.ts');
  const [first, second] = [a, b].map((path) =>
    trace.parseTrace(readUserFile('trace', path).toString('utf8'), path),
  );
  if (first === undefined || second === undefined) return STATUS_DIFFERENT;
  const diff = trace.diffTraces(first, second, {
    ignorePointers: options.ignorePointers === true,
    ignoreTimes: options.ignoreTimes === true,
    compareDurations: options.durations === true,
  });
  const equal = trace.firstDifference(diff) === undefined;
  if (options.json) {
    const parts = diff.parts.filter((part) => part.kind !== 'same');
    process.stdout.write(
      `${JSON.stringify({ equal, same: diff.same, headerDifferences: diff.headerDifferences, differences: options.all ? parts : parts.slice(0, 1) })}\n`,
    );
  } else {
    const { default: colors } = await import('picocolors');
    const lines = trace.formatDiff(diff, [a, b], options.all === true, {
      name: colors.bold,
      error: (text) => text,
      faint: colors.dim,
      first: colors.red,
      second: colors.green,
    });
    process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  }
  return equal ? 0 : STATUS_DIFFERENT;
}
