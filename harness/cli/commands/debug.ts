/** `nanvix-v86 debug`: one program under the debugger, by hand, by script, or by gdb. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { DebugSession } from '../../debug/index.ts';
import { InputError } from '../../errors.ts';
import { addGuestOptions, bootOptionsOf } from '../guest-options.ts';
import type { GuestOptionValues } from '../guest-options.ts';
import { wholeNumber } from '../parse.ts';
import { processStatus } from '../report.ts';
import { writeThrough } from '../standard-streams.ts';

interface DebugCommandOptions extends GuestOptionValues {
  readonly programName?: string;
  readonly script?: string;
  readonly gdb?: number | true;
  readonly stdin?: string;
}

/** A command of a script failed. */
const STATUS_FAILED = 1;

export function debugCommand(setStatus: (status: number) => void): Command {
  const command = new Command('debug')
    .description('step through a guest, forwards and backwards: by hand, with a script, or with gdb')
    .argument('<program>', 'ELF file of the program, or `python` for the one built here')
    .argument('[line...]', 'its arguments and environment: "args;ENV=value ENV=value"')
    .option('--program-name <name>', 'what the guest calls the program (default: base name of the file)')
    .option('--script <file>', 'run the commands of a file, then leave')
    .option('--gdb [port]', 'wait for gdb on the loopback interface', wholeNumber(0, 65_535))
    .option('--stdin <file>', "the guest's standard input (default: empty)")
    .passThroughOptions();
  return addGuestOptions(command).action(
    async (program: string, line: readonly string[], options: DebugCommandOptions) => {
      setStatus(await debugProgram(program, line.join(' '), options));
    },
  );
}

async function debugProgram(
  program: string,
  commandLine: string,
  options: DebugCommandOptions,
): Promise<number> {
  const script = options.script === undefined ? undefined : readText('script', options.script);
  const stdin = options.stdin === undefined ? undefined : readText('standard input', options.stdin);
  const { debug } = await import('../../debug/index.ts');
  const { findImages } = await import('../images-progress.ts');
  const session = await debug({
    ...bootOptionsOf(options),
    ...(await findImages(program, options.kernel)),
    ...(options.programName === undefined ? {} : { programName: options.programName }),
    ...(stdin === undefined ? {} : { stdin }),
    program,
    commandLine,
    onOutput: (stream, bytes) => {
      writeThrough(stream === 'console' ? 'stderr' : stream, bytes);
    },
  });
  try {
    if (options.gdb !== undefined) return await underGdb(session, options.gdb === true ? 0 : options.gdb);
    if (script !== undefined) return await runScript(session, script);
    const { interact } = await import('../../debug/interactive.ts');
    await interact(session);
    return endStatus(session);
  } finally {
    session.dispose();
  }
}

/** The guest's own status if it has ended, else 0: leaving a guest that still runs is no failure. */
function endStatus(session: DebugSession): number {
  return session.last.kind === 'exit' ? processStatus(session.last.status) : 0;
}

async function runScript(session: DebugSession, script: string): Promise<number> {
  const { CommandInterpreter } = await import('../../debug/index.ts');
  const interpreter = new CommandInterpreter(session);
  for (const line of script.split('\n')) {
    const outcome = await interpreter.execute(line, (text) => {
      writeThrough('stdout', Buffer.from(text));
    });
    if (outcome === 'failed') return STATUS_FAILED;
    if (outcome === 'quit') break;
  }
  return endStatus(session);
}

async function underGdb(session: DebugSession, port: number): Promise<number> {
  const { DebugTarget, serveGdb } = await import('../../gdb/index.ts');
  const { inBackground } = await import('../../debug/index.ts');
  const target = new DebugTarget(session);
  const server = await serveGdb(target, port);
  process.stderr.write(`nanvix-v86: gdb may connect: target remote 127.0.0.1:${server.port}\n`);
  const how = await server.left;
  await server.close();
  target.clear();
  if (how === 'detach' && session.last.kind !== 'exit') await inBackground(session.operations.continue());
  return endStatus(session);
}

function readText(what: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new InputError(
      `the ${what} ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`,
    );
  }
}
