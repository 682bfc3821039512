/** `nanvix-v86 run`: one program in one guest, its streams and exit status passed through. */
import { Command } from 'commander';
import type { GuestSnapshot } from '../../guest/guest-snapshot.ts';
import { log } from '../log.ts';
import { oneOf, wholeNumber } from '../parse.ts';
import { explainEnd, processStatus, recordOf } from '../report.ts';
import type { SnapshotOptionValues, SnapshotRun } from '../run-with-snapshots.ts';
import { checkOutputs, Sink } from '../sink.ts';
import { ProcessInput, writeThrough } from '../standard-streams.ts';
import { addStartOptions, checkStart, plainGuests, startGuest } from '../start-guest.ts';
import type { StartOptionValues, StartRequest } from '../start-guest.ts';

/** As for any tool that could not do what it was asked. */
const STATUS_FAILED = 1;
const PROCESS_STDERR = '-';

interface RunOptions extends StartOptionValues, SnapshotOptionValues {
  readonly console?: string;
  readonly phases?: true;
  readonly json?: true;
}

export function runCommand(setStatus: (status: number) => void): Command {
  const command = new Command('run')
    .description("boot a guest that runs a program, and end with the program's own exit status")
    .option(
      '--console <file>',
      "where the kernel's console goes; - is stderr (default: shown only after a failure)",
    )
    .option('--snapshot-to <file>', 'write a snapshot where the program makes its snapshot call')
    .option(
      '--snapshot-at <count>',
      'write it at this instruction since reset instead',
      wholeNumber(0, Number.MAX_SAFE_INTEGER),
    )
    .option(
      '--snapshot-then <what>',
      'what to do once it is written: continue, or exit with status 0',
      oneOf(['continue', 'exit']),
      'continue',
    )
    .option('--snapshot-compiled', 'write the code compiled by then as well (compiles from the start)')
    .option('--phases', 'print what each phase of the run took, on standard error')
    .option('--json', 'print one line of JSON instead of the output, with the phases');
  return addStartOptions(command).action(
    async (program: string | undefined, line: readonly string[], options: RunOptions) => {
      const { result, missed, phases } = await runProgram(program, line.join(' '), options);
      if (options.json) process.stdout.write(`${JSON.stringify({ ...recordOf(result), phases })}\n`);
      if (options.phases && phases !== undefined) {
        const { phaseTable } = await import('../phase-table.ts');
        process.stderr.write(`${phaseTable(phases)}\n`);
      }
      const why = explainEnd(result);
      if (why !== undefined) process.stderr.write(`nanvix-v86: ${why}\n`);
      await log('info', 'run ended', { ...recordOf(result), output: undefined, stages: result.stages });
      if (missed !== undefined) process.stderr.write(`nanvix-v86: ${missed}\n`);
      const status = processStatus(result.exitStatus);
      setStatus(missed !== undefined && status === 0 ? STATUS_FAILED : status);
    },
  );
}

async function runProgram(
  program: string | undefined,
  commandLine: string,
  options: RunOptions,
): Promise<SnapshotRun> {
  const { checkSnapshotOptions, runWithSnapshots } = await import('../run-with-snapshots.ts');
  const request: StartRequest = { program, commandLine, values: options };
  checkStart(request, 'run');
  checkSnapshotOptions(options);
  const console = options.console === PROCESS_STDERR ? undefined : options.console;
  checkOutputs({ '--console': console, '--snapshot-to': options.snapshotTo }, ['--snapshot-to']);
  const stdin = new ProcessInput();
  const consoleSink = options.console === undefined ? undefined : new Sink(console, 'stderr');
  try {
    const { made: guest, snapshot } = await startGuest(
      request,
      {
        stdin,
        ...(options.snapshotCompiled && options.compile && { compile: true }),
        onOutput: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => {
          if (stream === 'stderr' || !options.json) writeThrough(stream, bytes);
        },
        ...(consoleSink && { onConsole: (bytes: Uint8Array) => void consoleSink.write(bytes) }),
      },
      plainGuests,
      true,
    );
    try {
      const run = await runWithSnapshots(guest, options);
      // a console that stayed empty is an empty file
      consoleSink?.write('');
      // Code that is left for those who look on is slower for all others; code of a file is trusted in this run alone.
      const hasOwnCode = options.compile && run.phases === undefined && options.trustCompiled !== true;
      if (hasOwnCode && run.result.outcome.kind === 'exit') {
        const { keepCodeOfRun, wantedKeyOfRestored } = await import('../../guest/kept-code.ts');
        const { isRepeated } = await import('../repeated.ts');
        keepCodeOfRun(guest.machine, isRepeated, tellOfOptimizing);
        // To run once more must change nothing outside of the guest.
        const canRepeat = options.mount === undefined;
        const wanted = canRepeat ? wantedKeyOfRestored(guest.machine) : undefined;
        if (snapshot !== undefined && wanted !== undefined) await prepareSnapshot(snapshot, wanted);
      }
      return run;
    } finally {
      guest.dispose();
    }
  } finally {
    consoleSink?.close();
    stdin.close();
  }
}

/** Pages whose code takes V8 a second or so: fewer are not worth a word. */
const MANY_PAGES = 20;

function tellOfOptimizing(pages: number): void {
  if (pages >= MANY_PAGES)
    process.stderr.write('Compiling what this program has executed, for its next runs (some seconds)\n');
}

/** Whoever restores a snapshot again and again gets code for what comes after it with the second time. */
async function prepareSnapshot(snapshot: GuestSnapshot, key: string): Promise<void> {
  const { prepareCodeOfSnapshot } = await import('../prepare-code.ts');
  await prepareCodeOfSnapshot(snapshot, key, () => {
    process.stderr.write('Compiling code for this snapshot, once (some seconds)\n');
  });
}
