/** `nanvix-v86 profile`: where a program's instructions go, by phase, by function and by call; the same on every machine. */
import { Command } from 'commander';
import type { Guest } from '../../guest.ts';
import type { FunctionShare, PhaseSpan, Profile } from '../../profile/index.ts';
import type { RunResult } from '../../result.ts';
import type { SummaryRow } from '../../trace/index.ts';
import { addGuestOptions, bootOptionsOf, type GuestOptionValues } from '../guest-options.ts';
import { oneOf, wholeNumber } from '../parse.ts';
import { explainEnd, processStatus } from '../report.ts';
import { readUserFile, Sink } from '../sink.ts';
import { writeThrough } from '../standard-streams.ts';

const FORMATS = ['table', 'json', 'speedscope', 'folded'] as const;
type Format = (typeof FORMATS)[number];

interface ProfileOptions extends GuestOptionValues {
  readonly programName?: string;
  readonly interval?: number;
  readonly format: Format;
  readonly top: number;
  readonly symbols?: string;
  readonly kernelSymbols?: string;
  readonly output?: string;
  readonly json?: true;
}

/** All that was measured in one run. */
interface Measured {
  readonly result: RunResult;
  readonly profile: Profile;
  readonly phases: readonly PhaseSpan[];
  readonly calls: readonly SummaryRow[];
}

const DEFAULT_TOP = 25;
const MOST_FUNCTIONS = 100_000;
const LONGEST_INTERVAL = 1_000_000_000;

export function profileCommand(setStatus: (status: number) => void): Command {
  const command = new Command('profile')
    .description('run a program and tell where its instructions went: by phase, by function, by call')
    .argument('<program>', 'ELF file of the program, or `python` for the one built here')
    .argument('[line...]', 'its arguments and environment: "args;ENV=value ENV=value"')
    .option(
      '--interval <count>',
      'instructions between two samples (default: 10007)',
      wholeNumber(1, LONGEST_INTERVAL),
    )
    .option(
      '--format <format>',
      'table, json, speedscope, or folded (for flame graphs)',
      oneOf(FORMATS),
      'table',
    )
    .option('--top <count>', 'functions to show in the table', wholeNumber(1, MOST_FUNCTIONS), DEFAULT_TOP)
    .option('--symbols <file>', "ELF file with the program's symbols, where the program is stripped")
    .option('--kernel-symbols <file>', "ELF file with the kernel's symbols, where the kernel is stripped")
    .option('--program-name <name>', 'what the guest calls the program (default: base name of the file)')
    .option(
      '-o, --output <file>',
      'write the profile there instead of to stderr (other formats than table: to stdout)',
    )
    .option('--json', 'the same as --format json')
    .passThroughOptions();
  return addGuestOptions(command).action(
    async (program: string, line: readonly string[], options: ProfileOptions) => {
      const format = options.json ? 'json' : options.format;
      const toStdout = format !== 'table' && options.output === undefined;
      const sink = new Sink(options.output, toStdout ? 'stdout' : 'stderr');
      try {
        const measured = await profileProgram(program, line.join(' '), options, toStdout);
        sink.write(await render(measured, format, program, options.top));
        const why = explainEnd(measured.result);
        if (why !== undefined) process.stderr.write(`nanvix-v86: ${why}\n`);
        setStatus(processStatus(measured.result.exitStatus));
      } finally {
        sink.close();
      }
    },
  );
}

async function profileProgram(
  program: string,
  commandLine: string,
  options: ProfileOptions,
  outputToStderr: boolean,
): Promise<Measured> {
  const [{ boot }, { findImages }, { guestSymbols }] = await Promise.all([
    import('../../boot.ts'),
    import('../images-progress.ts'),
    import('../../symbols/index.ts'),
  ]);
  const guest = await boot({
    ...bootOptionsOf(options),
    ...(await findImages(program, options.kernel)),
    ...(options.programName === undefined ? {} : { programName: options.programName }),
    program,
    commandLine,
    onOutput: (stream, bytes) => {
      writeThrough(outputToStderr ? 'stderr' : stream, bytes);
    },
  });
  try {
    const symbols = guestSymbols(guest, {
      ...(options.symbols === undefined ? {} : { program: readUserFile('symbol file', options.symbols) }),
      ...(options.kernelSymbols === undefined
        ? {}
        : { kernel: readUserFile('symbol file', options.kernelSymbols) }),
    });
    return await measure(guest, symbols, options.interval);
  } finally {
    guest.dispose();
  }
}

async function measure(
  guest: Guest,
  symbols: import('../../symbols/index.ts').GuestSymbols,
  interval: number | undefined,
): Promise<Measured> {
  const [{ DEFAULT_INTERVAL, PhaseWatch, profile }, { summarize, Tracer }, { wallClock }] = await Promise.all(
    [import('../../profile/index.ts'), import('../../trace/index.ts'), import('../../wall-clock.ts')],
  );
  const watch = new PhaseWatch(guest, symbols, wallClock);
  const tracer = new Tracer(guest, { symbols, levels: ['kernel', 'posix'] });
  const sampled = profile(guest, symbols, interval ?? DEFAULT_INTERVAL);
  tracer.detach();
  return {
    result: guest.result(sampled.end),
    profile: sampled,
    phases: watch.spans,
    calls: summarize(tracer.records),
  };
}

async function render(measured: Measured, format: Format, program: string, top: number): Promise<string> {
  const { functionShares, toFoldedStacks, toSpeedscope } = await import('../../profile/index.ts');
  const { profile, phases, calls } = measured;
  switch (format) {
    case 'speedscope':
      return `${JSON.stringify(toSpeedscope(profile, program))}\n`;
    case 'folded':
      return toFoldedStacks(profile);
    case 'json': {
      const withoutWallTime = phases.map(({ name, from, to }) => ({ name, from, to }));
      const functions = functionShares(profile);
      return `${JSON.stringify({ interval: profile.interval, phases: withoutWallTime, functions, calls })}\n`;
    }
    case 'table':
      return await tables(measured, functionShares(profile), top);
  }
}

async function tables(
  { result, profile, phases, calls }: Measured,
  functions: readonly FunctionShare[],
  top: number,
): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const { summaryTable } = await import('../../trace/index.ts');
  const options = {
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  };
  const share = (part: number, whole: number): string =>
    whole === 0 ? '0.0' : ((100 * part) / whole).toFixed(1);
  const phaseTable = new Table({
    ...options,
    head: ['%', 'instructions', 'phase'],
    colAligns: ['right', 'right', 'left'],
  });
  for (const { name, from, to } of phases)
    phaseTable.push([share(to - from, result.instructions), to - from, name]);
  const samples = profile.stacks.reduce((sum, stack) => sum + stack.samples, 0);
  const functionTable = new Table({
    ...options,
    head: ['% self', '% total', 'samples', 'function'],
    colAligns: ['right', 'right', 'right', 'left'],
  });
  for (const { name, self, total } of functions.slice(0, top)) {
    functionTable.push([share(self, samples), share(total, samples), self, name]);
  }
  return [
    `phases (${result.instructions} instructions)`,
    phaseTable.toString(),
    `functions (${samples} samples, one every ${profile.interval} instructions)`,
    functionTable.toString(),
    'calls (counted, not sampled)',
    summaryTable(calls, false),
    '',
  ].join('\n');
}
