/** `nanvix-v86 trace`: one line per call of a guest, in the manner of strace; and `trace diff`, which compares two runs. */
import { Command, InvalidArgumentError } from 'commander';
import type { Guest } from '../../guest.ts';
import { InputError } from '../../errors.ts';
import type { RunResult } from '../../result.ts';
import type { CallFilter, CallRecord, TraceLevel, TracePalette } from '../../trace/index.ts';
import { addGuestOptions, bootOptionsOf, type GuestOptionValues } from '../guest-options.ts';
import { log } from '../log.ts';
import { milliseconds, wholeNumber } from '../parse.ts';
import { explainEnd, processStatus } from '../report.ts';
import { readUserFile, Sink } from '../sink.ts';
import { ProcessInput, writeThrough } from '../standard-streams.ts';

interface TraceOptions extends GuestOptionValues {
  readonly programName?: string;
  readonly level: readonly TraceLevel[];
  readonly call?: readonly string[];
  readonly thread?: readonly number[];
  readonly result?: readonly string[];
  readonly from?: number;
  readonly to?: number;
  readonly stack?: true;
  readonly summary?: true;
  readonly stringLimit: number;
  readonly symbols?: string;
  readonly kernelSymbols?: string;
  readonly output?: string;
  readonly json?: true;
}

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
    .argument('[program]', 'ELF file of the program, or `python` for the one built here')
    .argument('[line...]', 'its arguments and environment: "args;ENV=value ENV=value"')
    .option(
      '--level <levels>',
      'kernel: what goes through int 0x80; posix: what is asked of libposix; kernel,posix: both, nested',
      levels,
      ['kernel'],
    )
    .option('--call <names>', 'only these calls, by name or number; !name leaves one out', list)
    .option('--thread <ids>', 'only calls of these threads', threads)
    .option(
      '--result <results>',
      'only calls that failed, succeeded, unfinished, or gave an error such as ENOENT',
      list,
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
    .option('--symbols <file>', "ELF file with the program's symbols, where the program is stripped")
    .option('--kernel-symbols <file>', "ELF file with the kernel's symbols, where the kernel is stripped")
    .option('--program-name <name>', 'what the guest calls the program (default: base name of the file)')
    .option('-o, --output <file>', 'write the trace there instead of to stderr (with --json: to stdout)')
    .option('--json', 'write the trace as newline-delimited JSON')
    .passThroughOptions();
  addGuestOptions(command).action(
    async (program: string | undefined, line: readonly string[], options: TraceOptions) => {
      if (program === undefined)
        throw new InputError('trace needs a program: nanvix-v86 trace -- PROGRAM "args;ENV=value"');
      const result = await traceProgram(program, line.join(' '), options);
      const why = explainEnd(result);
      if (why !== undefined) process.stderr.write(`nanvix-v86: ${why}\n`);
      setStatus(processStatus(result.exitStatus));
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

async function traceProgram(program: string, commandLine: string, options: TraceOptions): Promise<RunResult> {
  const [{ boot }, { findImages }, { guestSymbols }] = await Promise.all([
    import('../../boot.ts'),
    import('../images-progress.ts'),
    import('../../symbols/index.ts'),
  ]);
  const jsonToStdout = options.json === true && options.output === undefined;
  const stdin = new ProcessInput();
  const sink = new Sink(options.output, jsonToStdout ? 'stdout' : 'stderr');
  try {
    const guest = await boot({
      ...bootOptionsOf(options),
      ...(await findImages(program, options.kernel)),
      ...(options.programName === undefined ? {} : { programName: options.programName }),
      program,
      commandLine,
      stdin,
      onOutput: (stream, bytes) => {
        writeThrough(jsonToStdout ? 'stderr' : stream, bytes);
      },
    });
    try {
      const symbols = guestSymbols(guest, {
        ...(options.symbols === undefined ? {} : { program: readUserFile('symbol file', options.symbols) }),
        ...(options.kernelSymbols === undefined
          ? {}
          : { kernel: readUserFile('symbol file', options.kernelSymbols) }),
      });
      return await traceGuest(guest, symbols, options, sink);
    } finally {
      guest.dispose();
    }
  } finally {
    stdin.close();
    sink.close();
  }
}

async function traceGuest(
  guest: Guest,
  symbols: import('../../symbols/index.ts').GuestSymbols,
  options: TraceOptions,
  sink: Sink,
): Promise<RunResult> {
  const trace = await import('../../trace/index.ts');
  const wanted = trace.compileFilter(filterOf(options));
  const levelsSeen = await possibleLevels(options.level, symbols, trace.POSIX_ENTRY_SYMBOL);
  const format = {
    palette: await palette(sink.isTerminal),
    markKernel: levelsSeen.length > 1,
  };
  const print = (call: CallRecord): void => {
    if (options.json) sink.write(trace.formatTraceLine(call));
    else for (const line of trace.formatCallLines(call, format)) sink.write(`${line}\n`);
  };
  const order = new trace.CallOrder((call) => {
    if (options.summary !== true && wanted(call)) print(call);
  });
  const tracer = new trace.Tracer(guest, {
    levels: levelsSeen,
    symbols,
    stack: options.stack === true,
    stringLimit: options.stringLimit,
    onCall: (call) => {
      order.add(call);
    },
  });
  if (options.json && options.summary !== true) sink.write(trace.formatTraceLine(tracer.header));
  const result = guest.result(await guest.runToEnd());
  tracer.detach();
  order.finish(tracer.records);
  if (options.summary === true) {
    const rows = trace.summarize(tracer.records.filter(wanted));
    sink.write(options.json ? `${JSON.stringify(rows)}\n` : `${trace.summaryTable(rows, sink.isTerminal)}\n`);
  }
  return result;
}

/** The POSIX level needs a symbol; a stripped program of others is traced at the kernel's gate. */
async function possibleLevels(
  asked: readonly TraceLevel[],
  symbols: import('../../symbols/index.ts').GuestSymbols,
  symbol: string,
): Promise<readonly TraceLevel[]> {
  if (!asked.includes('posix') || symbols.program?.named(symbol) !== undefined) return asked;
  await log(
    'warn',
    `the program has no symbol ${symbol}, so only kernel calls can be traced: give its unstripped file with --symbols`,
  );
  return ['kernel'];
}

function filterOf(options: TraceOptions): CallFilter {
  return {
    ...(options.call === undefined ? {} : { calls: options.call }),
    ...(options.thread === undefined ? {} : { threads: options.thread }),
    ...(options.result === undefined ? {} : { results: options.result }),
    ...(options.from === undefined || options.from === Infinity ? {} : { fromMs: options.from }),
    ...(options.to === undefined ? {} : { toMs: options.to }),
  };
}

async function palette(coloured: boolean): Promise<TracePalette> {
  const { createColors } = (await import('picocolors')).default;
  const colours = createColors(coloured);
  return { name: colours.bold, error: colours.red, faint: colours.dim };
}

async function printDifference(a: string, b: string, options: DiffOptions): Promise<number> {
  const trace = await import('../../trace/index.ts');
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
