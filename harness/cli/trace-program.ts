/** What `nanvix-v86 trace` does: boots or restores a guest, prints its calls while it runs, and says how it ended. */
import type { Guest } from '../guest/guest.ts';
import type { RunResult } from '../guest/result.ts';
import type { GuestSymbols } from '../look/symbols/index.ts';
import type {
  CallFilter,
  CallRecord,
  LogRecord,
  TraceLevel,
  TracePalette,
  TracerOptions,
} from '../look/trace/index.ts';
import { endBySignal, INTERRUPTS, type Interrupt } from '../../images/system/signals.ts';
import { InputError } from '../guest/errors.ts';
import { log } from './log.ts';
import { explainEnd, processStatus } from './report.ts';
import { Sink } from './sink.ts';
import { ProcessInput, writeThrough } from './standard-streams.ts';
import { checkStart, plainGuests, startGuest } from './start-guest.ts';
import { symbolsOf } from './symbol-files.ts';
import { formatOf, levelsOf, type TraceOptionValues } from './trace-options.ts';

/** Why a run was ended early. */
type Interruption = Interrupt | 'nobody reads';

/** @returns The exit status of the command. */
export async function traceProgram(
  program: string | undefined,
  commandLine: string,
  options: TraceOptionValues,
): Promise<number> {
  const request = { program, commandLine, values: options };
  checkStart(request, 'trace');
  const { compileFilter } = await import('../look/trace/index.ts');
  // A filter that cannot be is refused before anything is built or written.
  compileFilter(filterOf(options));
  const format = formatOf(options);
  if (options.summary === true && format === 'perfetto') {
    throw new InputError('a summary has no times for Perfetto: leave out -c, or give --format json');
  }
  const dataToStdout = format !== 'text' && options.output === undefined;
  const stdin = new ProcessInput();
  const sink = new Sink(options.output, dataToStdout ? 'stdout' : 'stderr');
  const interruption = new AbortController();
  const interrupt = (signal: Interruption): void => {
    interruption.abort(signal);
  };
  for (const signal of INTERRUPTS) process.once(signal, interrupt);
  try {
    const { made: guest } = await startGuest(
      request,
      {
        stdin,
        onOutput: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => {
          writeThrough(dataToStdout ? 'stderr' : stream, bytes);
        },
      },
      plainGuests,
    );
    try {
      const symbols = await symbolsOf(guest, options);
      const result = await traceGuest(guest, symbols, options, sink, interruption);
      return tellEnd(result, interruption.signal.reason as Interruption | undefined);
    } finally {
      guest.dispose();
    }
  } finally {
    for (const signal of INTERRUPTS) process.off(signal, interrupt);
    stdin.close();
    sink.close();
  }
}

/** What an interrupted command prints is complete, and then it ends by the signal as if it had not waited for it. */
function tellEnd(result: RunResult, interruption: Interruption | undefined): number {
  if (interruption === 'SIGINT' || interruption === 'SIGTERM') {
    for (const signal of INTERRUPTS) process.removeAllListeners(signal);
    return endBySignal(interruption);
  }
  if (interruption === undefined) {
    const why = explainEnd(result);
    if (why !== undefined) process.stderr.write(`nanvix-v86: ${why}\n`);
  }
  return processStatus(result.exitStatus);
}

async function traceGuest(
  guest: Guest,
  symbols: GuestSymbols,
  options: TraceOptionValues,
  sink: Sink,
  interruption: AbortController,
): Promise<RunResult> {
  const trace = await import('../look/trace/index.ts');
  const format = formatOf(options);
  const levels = await possibleLevels(levelsOf(options), symbols, trace.POSIX_ENTRY_SYMBOL);
  const write = (text: string): void => {
    if (interruption.signal.aborted || sink.write(text)) return;
    interruption.abort('nobody reads' satisfies Interruption);
    guest.machine.requestStop(interruption.signal.reason);
  };
  const common = {
    levels,
    symbols,
    stack: options.stack === true,
    stringLimit: options.stringLimit,
    ...(options.resultsIn !== undefined && { resultRegisters: options.resultsIn }),
    keep: false,
  };
  const run = async (
    observers: Pick<TracerOptions, 'onEntry' | 'onCall' | 'onLog'>,
    begin: (tracer: InstanceType<typeof trace.Tracer>) => void = () => undefined,
  ): Promise<[RunResult, InstanceType<typeof trace.Tracer>]> => {
    const tracer = new trace.Tracer(guest, { ...common, ...observers });
    begin(tracer);
    const result = guest.result(await guest.runToEnd({}, interruption.signal));
    tracer.detach();
    return [result, tracer];
  };

  if (options.summary === true) {
    const wanted = trace.compileFilter(filterOf(options));
    const totals = new trace.CallTotals();
    const add = (call: CallRecord): void => {
      if (wanted(call)) totals.add(call);
    };
    const [result, tracer] = await run({ onCall: add });
    tracer.unfinished.forEach(add);
    const rows = totals.rows();
    sink.write(
      format === 'json' ? `${JSON.stringify(rows)}\n` : `${trace.summaryTable(rows, sink.isTerminal)}\n`,
    );
    return result;
  }
  if (format === 'perfetto') {
    const wanted = trace.compileFilter(filterOf(options));
    let events: InstanceType<typeof trace.TraceEvents> | undefined;
    const [result, tracer] = await run(
      {
        onCall: (call) => {
          write(events?.over(call, wanted(call)) ?? '');
        },
      },
      ({ header }) => {
        events = new trace.TraceEvents(guest.identity.program.name, header);
        write(events.begin());
      },
    );
    const end = trace.traceEnd(result.outcome, result.exitStatus, guest.machine);
    write(events?.finish(tracer.unfinished.filter(wanted), end) ?? '');
    return result;
  }
  if (format === 'json') {
    const wanted = trace.compileFilter(filterOf(options));
    const print = (call: CallRecord): void => {
      if (wanted(call)) write(trace.formatTraceLine(call));
    };
    const onLog = (log: LogRecord): void => {
      write(trace.formatTraceLine(log));
    };
    const [result, tracer] = await run({ onCall: print, onLog }, ({ header }) => {
      write(trace.formatTraceLine(header));
    });
    tracer.unfinished.forEach(print);
    write(trace.formatTraceLine(trace.traceEnd(result.outcome, result.exitStatus, guest.machine)));
    return result;
  }
  const printer = new trace.TracePrinter(
    (line) => {
      write(`${line}\n`);
    },
    filterOf(options),
    { palette: await palette(sink.isTerminal), markKernel: levels.length > 1 },
  );
  const [result] = await run({
    onEntry: (call) => {
      printer.entered(call);
    },
    onCall: (call) => {
      printer.over(call);
    },
    onLog: (log) => {
      printer.logged(log);
    },
  });
  printer.finish();
  write(`+++ ${endText(result, interruption.signal.reason as Interruption | undefined)} +++\n`);
  return result;
}

function endText({ outcome }: RunResult, interruption: Interruption | undefined): string {
  if (interruption !== undefined) return `interrupted by ${interruption}`;
  if (outcome.kind === 'exit') return `exited with ${outcome.status}`;
  return outcome.kind === 'deadline' ? 'timed out' : `ended by ${outcome.kind}`;
}

/** The POSIX level needs a symbol; a stripped program of others is traced at the kernel's gate. */
async function possibleLevels(
  asked: readonly TraceLevel[],
  symbols: GuestSymbols,
  symbol: string,
): Promise<readonly TraceLevel[]> {
  const all = symbols.programs.length > 0 ? symbols.programs.map((one) => one.symbols) : [symbols];
  if (!asked.includes('posix') || all.some(({ program }) => program?.named(symbol) !== undefined))
    return asked;
  await log(
    'warn',
    `${all.length > 1 ? 'no program has a' : 'the program has no'} symbol ${symbol}, so only kernel calls can be traced: give its unstripped file with --symbols`,
  );
  return ['kernel'];
}

function filterOf(options: TraceOptionValues): CallFilter {
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
