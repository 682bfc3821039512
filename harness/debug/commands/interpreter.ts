/**
 * Runs lines of debugger commands: the same for the interactive debugger, for scripts and for gdb's `monitor`.
 *
 * What must hold: a wrong line prints one line and changes nothing; the table is the only list of commands.
 */
import { UnmappedAddressError } from '../../../emulator/types.ts';
import { GuestStateError, InputError } from '../../guest/errors.ts';
import { SnapshotError } from '../../guest/snapshot-error.ts';
import type { DebugStop } from '../debug-stop.ts';
import { inBackground } from '../operation.ts';
import type { Operation } from '../operation.ts';
import type { DebugSession } from '../session.ts';
import { changingCommands } from './changing.ts';
import { noMore } from './command.ts';
import type { CommandContext, DebugCommand } from './command.ts';
import { describeStop } from './describe-stop.ts';
import { lookingCommands } from './looking.ts';
import { runningCommands } from './running.ts';
import { stoppingCommands } from './stopping.ts';

/** Every command but `help` and `quit`, in the order help shows them. */
export const debugCommands: readonly DebugCommand[] = [
  ...runningCommands,
  ...stoppingCommands,
  ...lookingCommands,
  ...changingCommands,
];

export type LineOutcome = 'done' | 'quit' | 'failed';

const HELP_WIDTH = 58;

function helpLine({ name, aliases, usage, help }: DebugCommand): string {
  const names = [name, ...(aliases ?? [])].join(', ');
  return `${`${names} ${usage ?? ''}`.trim().padEnd(HELP_WIDTH)}  ${help}`;
}

/** What `help` prints, made from the table: of all commands, or of one. Throws {@link InputError} for one there is not. */
export function helpText(name?: string): string {
  return helpOf(debugCommands, name);
}

function helpOf(commands: readonly DebugCommand[], name?: string): string {
  if (name !== undefined) return helpLine(find(commands, name));
  return [
    ...commands.map(helpLine),
    `${'help, ? [COMMAND]'.padEnd(HELP_WIDTH)}  show this, or what one command does`,
    `${'quit, q'.padEnd(HELP_WIDTH)}  leave`,
  ].join('\n');
}

function find(commands: readonly DebugCommand[], name: string): DebugCommand {
  const exact = commands.find((one) => one.name === name || one.aliases?.includes(name) === true);
  if (exact !== undefined) return exact;
  const starts = commands.filter((one) => one.name.startsWith(name));
  const [only] = starts;
  if (only !== undefined && starts.length === 1) return only;
  const which =
    starts.length > 1
      ? ` may be ${starts.map((one) => one.name).join(', ')}`
      : ' is no command; `help` lists them';
  throw new InputError(`${name}${which}`);
}

/** As many words as a usage names, unless it leaves it open or says more in its place. */
function mostWords({ usage }: DebugCommand): number {
  if (usage === undefined) return 0;
  return /\.\.\.| \| |\[if /.test(usage) ? Infinity : usage.split(' ').length;
}

/** True for what is said to the user: the line asks for what cannot be done. */
function isAnswer(error: unknown): error is Error {
  return [InputError, GuestStateError, SnapshotError, UnmappedAddressError].some(
    (kind) => error instanceof kind,
  );
}

export class CommandInterpreter {
  readonly #session: DebugSession;
  readonly #commands: readonly DebugCommand[];

  /** @param more Commands besides the debugger's own. */
  constructor(session: DebugSession, more: readonly DebugCommand[] = []) {
    this.#session = session;
    this.#commands = [...debugCommands, ...more];
  }

  /**
   * Runs one line; `#` starts a comment.
   *
   * @param print Receives text with its newlines.
   * @param signal Interrupts a running guest.
   */
  async execute(line: string, print: (text: string) => void, signal?: AbortSignal): Promise<LineOutcome> {
    const [name, ...words] = line.replace(/#.*$/, '').trim().split(/\s+/);
    if (name === undefined || name === '') return 'done';
    if (name === 'quit' || name === 'q') return 'quit';
    try {
      if (name === 'help' || name === '?') print(`${helpOf(this.#commands, words[0])}\n`);
      else {
        const command = find(this.#commands, name);
        noMore(words.slice(mostWords(command)));
        await command.run(this.#context(print, signal), words);
      }
      return 'done';
    } catch (error) {
      if (!isAnswer(error)) throw error;
      print(`error: ${error.message}\n`);
      return 'failed';
    }
  }

  /** Words that may stand where the line ends, and the part of the line they complete. */
  complete(line: string): [readonly string[], string] {
    const words = line.trimStart().split(/\s+/);
    const last = words.at(-1) ?? '';
    const names = this.#commands.flatMap((one) => [one.name]).concat('help', 'quit');
    let candidates: readonly string[] = names;
    if (words.length > 1) {
      const command = this.#commands.find(
        (one) => one.name === words[0] || one.aliases?.includes(words[0] ?? '') === true,
      );
      candidates = command?.complete?.(this.#session) ?? [];
    }
    return [candidates.filter((one) => one.startsWith(last)), last];
  }

  #context(print: (text: string) => void, signal: AbortSignal | undefined): CommandContext {
    const session = this.#session;
    return {
      session,
      print: (text) => {
        print(`${text}\n`);
      },
      go: async (operation: Operation<DebugStop>) => {
        const stop = (await inBackground(operation, signal)) ?? session.interrupted();
        print(`${describeStop(session, stop)}\n`);
      },
    };
  }
}
