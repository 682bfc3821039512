/**
 * A command line of `nanvix-v86`: reads the arguments and hands over to one command, each a file of commands/.
 *
 * What must hold: what the guest prints goes to stdout, everything else to stderr; a mistake of the user is one line and
 * exit status 2; nothing heavy is loaded before a command needs it.
 */
import { Command, CommanderError, Option } from 'commander';
import { harnessStatus } from '../guest/exit-status.ts';
import type { CommandFactory } from './commands/index.ts';
import { describeError } from './errors.ts';
import { openLog, setLogLevel } from './log.ts';
import { takeOutputFailures } from './output-failures.ts';
import { noteStreamFailure } from './standard-streams.ts';
import { version } from './version.ts';

/** Commander's own messages to stderr: replaced by the one line of {@link reportUsage}. */
const quiet = { outputError: () => undefined, writeErr: () => undefined };

let areStreamsWatched = false;

/** Runs one command line, without `node` and the script, that may name these commands, and returns the exit status of the process. */
export async function runCommandLine(
  argv: readonly string[],
  commands: readonly CommandFactory[],
): Promise<number> {
  let status = 0;
  const program = new Command('nanvix-v86')
    .description(
      'Boot a Nanvix-compatible kernel and programs such as CPython in the v86 emulator, exactly and repeatably',
    )
    .version(version(), '-V, --version', 'print the version')
    .addOption(logLevelOption().default('warn'))
    .helpOption('-h, --help', 'print what a command can do')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput(quiet)
    .hook('preAction', openLog);
  for (const command of commands) {
    program.addCommand(
      ready(
        command((result) => {
          status = result;
        }),
      ),
    );
  }
  takeOutputFailures();
  watchStreams();
  try {
    await program.parseAsync(argv, { from: 'user' });
    return await withFailures(status);
  } catch (error) {
    if (error instanceof CommanderError) return reportUsage(error, commandOf(program, argv));
    const { line, status: failed } = await describeError(error);
    for (const failure of takeOutputFailures()) process.stderr.write(`nanvix-v86: ${failure}\n`);
    process.stderr.write(`nanvix-v86: ${line}\n`);
    return failed;
  }
}

/** Commands whose words are those of another tool. */
const PASSING_ON = new Set(['cc', 'c++', 'mkramfs', 'mkimage']);

const logLevelOption = (): Option =>
  new Option(
    '--log-level <level>',
    'what to log to stderr: trace, debug, info, warn, error or silent',
  ).argParser(setLogLevel);

/** A command, and those below it, with what all of them have. */
function ready(command: Command): Command {
  if (!PASSING_ON.has(command.name())) command.addOption(logLevelOption().helpGroup('Options:'));
  command.commands.forEach(ready);
  return command.exitOverride().configureOutput(quiet);
}

/** The command, as it is called, that the words come to without an option. */
function commandOf(program: Command, words: readonly string[]): string {
  const [word, ...more] = words;
  const next = program.commands.find((one) => one.name() === word);
  return next === undefined ? program.name() : `${program.name()} ${commandOf(next, more)}`;
}

/** Help and version are successes to commander's mind, everything else is a mistake of the user. */
function reportUsage(error: CommanderError, command: string): number {
  if (error.exitCode === 0) return 0;
  if (error.code === 'commander.help') {
    process.stderr.write(`nanvix-v86: name a command; \`${command} --help\` lists them\n`);
  } else {
    const line = error.message
      .replace(/^error: /, '')
      .replaceAll(/\s*\n\s*/g, ' ')
      .replace(/\.$/, '');
    process.stderr.write(`nanvix-v86: ${line}; \`--help\` tells more\n`);
  }
  return harnessStatus.usage;
}

/** A reader that has seen enough, such as `head`, is no failure; a full disk is. Where stderr is lost nobody can be told. */
function watchStreams(): void {
  if (areStreamsWatched) return;
  areStreamsWatched = true;
  process.stdout.on('error', ({ code = 'error' }: NodeJS.ErrnoException) => {
    if (code !== 'EPIPE') noteStreamFailure('stdout', code);
  });
  process.stderr.on('error', () => undefined);
}

/** The status of a command that has come to its end, with what it could not write. */
async function withFailures(status: number): Promise<number> {
  await new Promise((resolve) => process.stdout.write('', resolve));
  const failures = takeOutputFailures();
  for (const line of failures) process.stderr.write(`nanvix-v86: ${line}\n`);
  if (failures.length === 0) return status;
  if (status !== 0) process.stderr.write(`nanvix-v86: but for that the exit status would be ${status}\n`);
  return harnessStatus.outputFailed;
}
