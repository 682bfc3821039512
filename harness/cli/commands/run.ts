/** `nanvix-v86 run`: one program in one guest, its streams and exit status passed through. */
import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import type { RunResult } from '../../result.ts';
import { InputError } from '../../errors.ts';
import { addGuestOptions, bootOptionsOf } from '../guest-options.ts';
import type { GuestOptionValues } from '../guest-options.ts';
import { log } from '../log.ts';
import { explainEnd, processStatus, recordOf } from '../report.ts';
import { ProcessInput, writeThrough } from '../standard-streams.ts';

interface RunOptions extends GuestOptionValues {
  readonly programName?: string;
  readonly console?: string;
  readonly json?: true;
}

export function runCommand(setStatus: (status: number) => void): Command {
  const command = new Command('run')
    .description("boot a guest that runs a program, and end with the program's own exit status")
    .argument('<program>', 'ELF file of the program, or `python` for the one built here')
    .argument('[line...]', 'its arguments and environment: "args;ENV=value ENV=value"')
    .option('--program-name <name>', 'what the guest calls the program (default: base name of the file)')
    .option(
      '--console <file>',
      "where the kernel's console goes; - is stderr (default: shown only after a failure)",
    )
    .option('--json', 'print one line of JSON instead of the output')
    .passThroughOptions();
  return addGuestOptions(command).action(
    async (program: string, line: readonly string[], options: RunOptions) => {
      const result = await runProgram(program, line.join(' '), options);
      if (options.json) process.stdout.write(`${JSON.stringify(recordOf(result))}\n`);
      const why = explainEnd(result);
      if (why !== undefined) process.stderr.write(`nanvix-v86: ${why}\n`);
      await log('info', 'run ended', { ...recordOf(result), output: undefined, phases: result.phases });
      setStatus(processStatus(result.exitStatus));
    },
  );
}

async function runProgram(program: string, commandLine: string, options: RunOptions): Promise<RunResult> {
  const { run } = await import('../../run.ts');
  const { findImages } = await import('../images-progress.ts');
  const stdin = new ProcessInput();
  const consoleBytes: Uint8Array[] = [];
  try {
    const result = await run({
      ...bootOptionsOf(options),
      ...(await findImages(program, options.kernel)),
      ...(options.programName === undefined ? {} : { programName: options.programName }),
      program,
      commandLine,
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
    });
    if (options.console !== undefined && options.console !== '-') writeConsole(options.console, consoleBytes);
    return result;
  } finally {
    stdin.close();
  }
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
