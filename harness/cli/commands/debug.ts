/** `nanvix-v86 debug`: one program under the debugger, by hand, by script, or by gdb. */
import { Command, InvalidArgumentError } from 'commander';
import type { DebugCommand } from '../../debug/commands/command.ts';
import { isEnd } from '../../debug/debug-stop.ts';
import type { DebugSession } from '../../debug/index.ts';
import { InputError } from '../../guest/errors.ts';
import type { Guest } from '../../guest/guest.ts';
import { harnessStatus } from '../../guest/exit-status.ts';
import type { InputSource } from '../../guest/options.ts';
import { debuggerReplay } from '../debugger-replay.ts';
import { processStatus } from '../report.ts';
import { readUserFile } from '../../guest/user-file.ts';
import { ProcessInput, writeThrough } from '../standard-streams.ts';
import { addStartOptions, checkStart, startGuest } from '../start-guest.ts';
import type { StartOptionValues, StartRequest } from '../start-guest.ts';
import { addSymbolOptions } from '../symbol-files.ts';
import type { SymbolOptionValues } from '../symbol-files.ts';

interface DebugCommandOptions extends StartOptionValues, SymbolOptionValues {
  readonly script?: string;
  readonly gdb?: number | true;
  readonly stdin?: string;
}

/** A command of a script failed. */
const STATUS_FAILED = 1;
const PROCESS_STDIN = '-';
const LAST_PORT = 65_535;

export function debugCommand(setStatus: (status: number) => void): Command {
  const command = new Command('debug')
    .description('step through a guest, forwards and backwards: by hand, with a script, or with gdb')
    .option('--script <file>', 'run the commands of a file, then leave; status 1 at the first that fails')
    .option('--gdb [port]', 'wait for gdb on the loopback interface', portNumber)
    .option(
      '--stdin <file>',
      "the guest's standard input (default: empty); - is that of this command, with --script or --gdb",
    );
  return addStartOptions(addSymbolOptions(command), { deadlines: false }).action(
    async (program: string | undefined, line: readonly string[], options: DebugCommandOptions) => {
      setStatus(await debugProgram(program, line.join(' '), options));
    },
  );
}

function portNumber(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (port <= LAST_PORT) return port;
  throw new InvalidArgumentError('give a port from 0 to 65535, or put -- in front of the program');
}

async function debugProgram(
  program: string | undefined,
  commandLine: string,
  options: DebugCommandOptions,
): Promise<number> {
  if (options.gdb !== undefined && options.script !== undefined) {
    throw new InputError('--gdb and --script both want to lead: choose one');
  }
  const request = { program, commandLine, values: options };
  checkStart(request, 'debug');
  const script = options.script === undefined ? undefined : readUserFile('script', options.script).toString();
  const processInput = new ProcessInput();
  const stdin = standardInput(options, processInput);
  const session = await start(request, stdin);
  try {
    if (options.gdb !== undefined) {
      const { underGdb } = await import('../under-gdb.ts');
      await underGdb(session, options.gdb === true ? 0 : options.gdb, 'nanvix-v86');
      return endStatus(session);
    }
    const more = [debuggerReplay(commandLine, options)];
    if (script !== undefined) return await runScript(session, script, more);
    const { interact } = await import('../../debug/interactive.ts');
    await interact(session, more);
    return endStatus(session);
  } finally {
    session.dispose();
    processInput.close();
  }
}

function standardInput(
  { stdin, gdb, script }: DebugCommandOptions,
  processInput: ProcessInput,
): InputSource | undefined {
  if (stdin === undefined) return undefined;
  if (stdin !== PROCESS_STDIN) return readUserFile('standard input', stdin);
  if (gdb !== undefined || script !== undefined) return processInput;
  throw new InputError('commands come from standard input here: give --stdin a file');
}

async function start(
  request: StartRequest & { readonly values: DebugCommandOptions },
  stdin: InputSource | undefined,
): Promise<DebugSession> {
  const { values } = request;
  const named =
    values.symbols !== undefined || values.kernelSymbols !== undefined || values.restore !== undefined;
  const symbols = named ? await import('../symbol-files.ts') : undefined;
  const { debug, debugSnapshot } = await import('../../debug/index.ts');
  const streams = {
    ...(stdin === undefined ? {} : { stdin }),
    ...(symbols && { symbols: (guest: Guest) => symbols.symbolsOf(guest, values) }),
    onOutput: (stream: 'stdout' | 'stderr' | 'console', bytes: Uint8Array): void => {
      writeThrough(stream === 'console' ? 'stderr' : stream, bytes);
    },
  };
  return (await startGuest(request, streams, { boot: debug, restore: debugSnapshot })).made;
}

/** The guest's own status if it stands at its end, else 0: leaving a guest that still runs is no failure. */
function endStatus({ last }: DebugSession): number {
  if (last.kind === 'exit') return processStatus(last.status);
  return isEnd(last) ? harnessStatus.crashed : 0;
}

async function runScript(
  session: DebugSession,
  script: string,
  more: readonly DebugCommand[],
): Promise<number> {
  const { CommandInterpreter } = await import('../../debug/index.ts');
  const interpreter = new CommandInterpreter(session, more);
  for (const [index, line] of script.split(/\r?\n/u).entries()) {
    const outcome = await interpreter.execute(line, (text) => {
      writeThrough('stdout', Buffer.from(text));
    });
    if (outcome === 'failed') {
      process.stderr.write(`nanvix-v86: the script ends at line ${index + 1}, which failed\n`);
      return STATUS_FAILED;
    }
    if (outcome === 'quit') break;
  }
  return endStatus(session);
}
