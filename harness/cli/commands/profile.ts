/** `nanvix-v86 profile`: where a program's instructions go, by phase, by function and by call; the same on every machine. */
import { basename } from 'node:path';
import { Command, Option } from 'commander';
import type { BootImages } from '../../../images/types.ts';
import type { Guest } from '../../guest/guest.ts';
import type { DebugFiles, FunctionShare, InlinedAt, GuestPhase, Profile } from '../../look/profile/index.ts';
import type { RunResult } from '../../guest/result.ts';
import type { GuestSymbols } from '../../look/symbols/index.ts';
import type { SummaryRow } from '../../look/trace/index.ts';
import { bootOptionsOf } from '../guest-options.ts';
import { log } from '../log.ts';
import type { ObservedGuestValues } from '../observed-guest.ts';
import { oneOf, wholeNumber } from '../parse.ts';
import { explainEnd, processStatus } from '../report.ts';
import { Sink } from '../sink.ts';
import { ProcessInput, writeThrough } from '../standard-streams.ts';
import { addStartOptions, checkStart, plainGuests, startGuest } from '../start-guest.ts';
import { addSymbolOptions } from '../symbol-files.ts';
import type { StartRequest } from '../start-guest.ts';

const FORMATS = ['table', 'json', 'speedscope', 'pprof', 'folded', 'html'] as const;
type Format = (typeof FORMATS)[number];

interface ProfileOptions extends ObservedGuestValues {
  readonly interval?: number;
  readonly format?: Format;
  readonly top: number;
  readonly inline: boolean;
  readonly output?: string;
  readonly json?: true;
  readonly host?: true;
}

/** All that was measured in one run. */
interface Measured {
  readonly result: RunResult;
  readonly profile: Profile;
  readonly phases: readonly GuestPhase[];
  readonly calls: readonly SummaryRow[];
}

const DEFAULT_TOP = 25;
const MOST_FUNCTIONS = 100_000;
const LONGEST_INTERVAL = 1_000_000_000;

export function profileCommand(setStatus: (status: number) => void): Command {
  const command = new Command('profile')
    .description('run a program and tell where its instructions went: by phase, by function, by call')
    .option(
      '--interval <count>',
      'instructions between two samples (default: 10007)',
      wholeNumber(1, LONGEST_INTERVAL),
    )
    .option(
      '--format <format>',
      'table, json, speedscope, pprof, folded (for flame graph tools), or html (a flame graph) (default: table)',
      oneOf(FORMATS),
    )
    .option('--top <count>', 'functions to show in the table', wholeNumber(1, MOST_FUNCTIONS), DEFAULT_TOP)
    .option('--no-inline', 'leave inlined calls out of the stacks')
    .option(
      '-o, --output <file>',
      'write the profile there instead of to stderr (other formats than table: to stdout)',
    )
    .option(
      '--host',
      "tell instead where the host's time goes: interpreted, compiled, compiling … (a table, or --json; differs from run to run)",
    )
    .addOption(new Option('--json', 'the same as --format json').conflicts('format'));
  return addStartOptions(addSymbolOptions(command)).action(
    async (program: string | undefined, line: readonly string[], options: ProfileOptions) => {
      const request = { program, commandLine: line.join(' '), values: options };
      checkStart(request, 'profile');
      if (options.host === true) {
        const { profileHostTime } = await import('../profile-host-time.ts');
        setStatus(await profileHostTime(request, options));
        return;
      }
      const format = options.format ?? (options.json ? 'json' : 'table');
      const toStdout = format !== 'table' && options.output === undefined;
      const sink = new Sink(options.output, toStdout ? 'stdout' : 'stderr');
      try {
        const measured = await profileProgram(request, toStdout);
        sink.write(await render(measured, format, program ?? options.restore ?? '', options.top));
        const why = explainEnd(measured.result);
        if (why !== undefined) process.stderr.write(`nanvix-v86: ${why}\n`);
        setStatus(processStatus(measured.result.exitStatus));
      } finally {
        sink.close();
      }
    },
  );
}

/** A request to profile, with the options of the command. */
type ProfileRequest = StartRequest & { readonly values: ProfileOptions };

async function profileProgram(request: ProfileRequest, outputToStderr: boolean): Promise<Measured> {
  const stdin = new ProcessInput();
  const onOutput = (stream: 'stdout' | 'stderr', bytes: Uint8Array): void => {
    writeThrough(outputToStderr ? 'stderr' : stream, bytes);
  };
  try {
    const { made: guest, images } = await startGuest(request, { stdin, onOutput }, plainGuests);
    try {
      return await measure(guest, request, images);
    } finally {
      guest.dispose();
    }
  } finally {
    stdin.close();
  }
}

async function measure(
  guest: Guest,
  request: ProfileRequest,
  images: BootImages | undefined,
): Promise<Measured> {
  const { values: options } = request;
  const [{ debugFilesOf, restoredPhases }, { symbolsOf }] = await Promise.all([
    import('../observed-guest.ts'),
    import('../symbol-files.ts'),
  ]);
  const symbols = await symbolsOf(guest, options);
  const [profiler, { summarize, Tracer }] = await Promise.all([
    import('../../look/profile/index.ts'),
    import('../../look/trace/index.ts'),
  ]);
  const watch = new profiler.PhaseWatch(
    guest,
    options.restore === undefined
      ? { symbols: { ...guest.symbolFiles, bundled: () => symbols.programs } }
      : await restoredPhases(guest),
  );
  const tracer = new Tracer(guest, { symbols, levels: ['kernel', 'posix'] });
  const { interval = profiler.DEFAULT_INTERVAL, inline } = options;
  const sampled = await profiler.sample(guest, symbols, interval, bootOptionsOf(options).deadlines);
  tracer.detach();
  const { phases } = watch;
  const files = inline ? await debugFilesOf(guest, request, images) : {};
  const inlined = inline ? await inlinedOf(files, symbols, profiler.addressesOf(sampled)) : undefined;
  return {
    result: guest.result(sampled.end),
    profile: profiler.nameStacks(sampled, symbols, inlined),
    phases,
    calls: summarize(tracer.records),
  };
}

async function inlinedOf(
  files: DebugFiles,
  symbols: GuestSymbols,
  addresses: readonly number[],
): Promise<InlinedAt | undefined> {
  const { inlinedOrWhyNot } = await import('../../look/profile/index.ts');
  const found = await inlinedOrWhyNot(files, symbols, addresses);
  if ('inlined' in found) return found.inlined;
  await log('warn', `inlined calls are not shown: ${found.whyNot}`);
  return undefined;
}

async function render(
  measured: Measured,
  format: Format,
  program: string,
  top: number,
): Promise<string | Uint8Array> {
  const { functionShares, toFoldedStacks, toPprof, toSpeedscope } =
    await import('../../look/profile/index.ts');
  const { profile, phases, calls } = measured;
  switch (format) {
    case 'speedscope':
      return `${JSON.stringify(toSpeedscope(profile, program))}\n`;
    case 'pprof':
      return toPprof(profile);
    case 'folded':
      return toFoldedStacks(profile);
    case 'html': {
      const { renderFlamePage } = await import('../../study/report/index.ts');
      return renderFlamePage({
        title: basename(program),
        interval: profile.interval,
        stacks: profile.stacks,
      });
    }
    case 'json': {
      const withoutWallTime = phases.map((phase) => ({ ...phase, wallMs: undefined }));
      const functions = functionShares(profile);
      const { instructions, exitStatus } = measured.result;
      const { interval } = profile;
      return `${JSON.stringify({ instructions, exitStatus, interval, phases: withoutWallTime, functions, calls })}\n`;
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
  const { summaryTable } = await import('../../look/trace/index.ts');
  const { phaseTable } = await import('../phase-table.ts');
  const options = {
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  };
  const share = (part: number, whole: number): string =>
    whole === 0 ? '0.0' : ((100 * part) / whole).toFixed(1);
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
    phaseTable(phases, { wall: false }),
    `functions (${samples} samples, one every ${profile.interval} instructions)`,
    functionTable.toString(),
    'calls (counted, not sampled)',
    summaryTable(calls, false),
    '',
  ].join('\n');
}
