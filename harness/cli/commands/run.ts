/** `nanvix-v86 run`: one program in one guest, its streams and exit status passed through. */
import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import type { BootImages } from '../../../images/types.ts';
import { InputError } from '../../guest/errors.ts';
import type { BootOptions } from '../../guest/options.ts';
import { addGuestOptions, bootOptionsOf } from '../guest-options.ts';
import type { GuestOptionValues } from '../guest-options.ts';
import { log } from '../log.ts';
import { oneOf, wholeNumber } from '../parse.ts';
import { explainEnd, processStatus, recordOf } from '../report.ts';
import type { SnapshotOptionValues, SnapshotRun } from '../run-with-snapshots.ts';
import { ProcessInput, writeThrough } from '../standard-streams.ts';

/** As for any tool that could not do what it was asked. */
const STATUS_FAILED = 1;

interface RunOptions extends GuestOptionValues, SnapshotOptionValues {
  readonly programName?: string;
  readonly console?: string;
  readonly phases?: true;
  readonly json?: true;
}

export function runCommand(setStatus: (status: number) => void): Command {
  const command = new Command('run')
    .description("boot a guest that runs a program, and end with the program's own exit status")
    .argument(
      '[program]',
      'ELF file of the program, or `python` for the one built here; may be left out with --restore',
    )
    .argument('[line...]', 'its arguments and environment: "args;ENV=value ENV=value"')
    .option('--program-name <name>', 'what the guest calls the program (default: base name of the file)')
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
    .option('--restore <file>', 'start from a snapshot; what is named besides must be what it was taken with')
    .option(
      '--trust-compiled',
      'run the compiled code in the snapshot: only of a file from someone whose programs you would run',
    )
    .option('--phases', 'print what each phase of the run took, on standard error')
    .option('--json', 'print one line of JSON instead of the output, with the phases')
    .passThroughOptions();
  return addGuestOptions(command).action(
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
  const { runWithSnapshots } = await import('../run-with-snapshots.ts');
  const stdin = new ProcessInput();
  const consoleBytes: Uint8Array[] = [];
  try {
    const guestOptions: Partial<BootOptions> = {
      ...bootOptionsOf(options),
      ...(await imagesFor(program, options)),
      ...(options.programName === undefined ? {} : { programName: options.programName }),
      ...(program === undefined ? {} : { program }),
      ...(commandLine === '' && options.restore !== undefined ? {} : { commandLine }),
      stdin,
      onOutput: (stream, bytes) => {
        if (stream === 'stderr' || !options.json) writeThrough(stream, bytes);
      },
      ...(options.console === undefined
        ? {}
        : {
            onConsole: (bytes: Uint8Array) => {
              if (options.console === '-') writeThrough('stderr', bytes);
              else consoleBytes.push(bytes);
            },
          }),
    };
    const run = await runWithSnapshots(guestOptions, options);
    if (options.console !== undefined && options.console !== '-') writeConsole(options.console, consoleBytes);
    return run;
  } finally {
    stdin.close();
  }
}

/** What is built here, where a guest needs it: one that comes from a snapshot has all of it already. */
async function imagesFor(program: string | undefined, options: RunOptions): Promise<{ images?: BootImages }> {
  if (program === undefined) return {};
  const { findImages, findImagesAndCode } = await import('../images-progress.ts');
  return options.restore === undefined
    ? await findImagesAndCode(program, options)
    : await findImages(program, '');
}

function writeConsole(path: string, bytes: readonly Uint8Array[]): void {
  try {
    writeFileSync(path, Buffer.concat(bytes));
  } catch (error) {
    throw new InputError(
      `the console file ${path} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'error'})`,
    );
  }
}
