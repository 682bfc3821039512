/**
 * The debugger at a terminal: a prompt with completion and a history that is kept, Ctrl-C to interrupt the guest, an empty
 * line to do the same again.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import envPaths from 'env-paths';
import type { DebugCommand } from './commands/command.ts';
import { describeStop } from './commands/describe-stop.ts';
import { CommandInterpreter } from './commands/interpreter.ts';
import type { DebugSession } from './session.ts';
import { makeFolder } from '../../images/system/folders.ts';

const PROMPT = '(nanvix) ';
const HISTORY_LINES = 1000;

const historyFolder = (): string => envPaths('nanvix-v86', { suffix: '' }).data;

/** Earlier lines, the newest first; none where they cannot be read. */
function readHistory(): string[] {
  try {
    return readFileSync(join(historyFolder(), 'debug-history'), 'utf8').split(/\r?\n/u).filter(Boolean);
  } catch {
    return [];
  }
}

/** A history that cannot be written is not worth an error. */
function writeHistory(lines: readonly string[]): void {
  try {
    makeFolder(historyFolder());
    writeFileSync(join(historyFolder(), 'debug-history'), lines.slice(0, HISTORY_LINES).join('\n'));
  } catch {
    return;
  }
}

/**
 * Reads commands until `quit` or the end of standard input.
 *
 * @param more Commands besides the debugger's own.
 */
export async function interact(session: DebugSession, more: readonly DebugCommand[]): Promise<void> {
  const interpreter = new CommandInterpreter(session, more);
  let history: string[] = readHistory();
  let repeated = '';
  let running: AbortController | undefined;
  const terminal = createInterface({
    input: process.stdin,
    output: process.stderr,
    prompt: PROMPT,
    history: [...history],
    historySize: HISTORY_LINES,
    completer: (line: string) => interpreter.complete(line),
  });
  terminal.on('history', (lines: string[]) => {
    history = lines;
  });
  terminal.on('SIGINT', () => {
    if (running === undefined) terminal.prompt();
    else running.abort();
  });
  process.stderr.write(`${describeStop(session, session.last)}\nType help for the commands.\n`);
  terminal.prompt();
  for await (const typed of terminal) {
    if (typed.trim() !== '') repeated = typed;
    running = new AbortController();
    const outcome = await interpreter.execute(
      terminal.terminal ? repeated : typed,
      (text) => {
        process.stderr.write(text);
      },
      running.signal,
    );
    running = undefined;
    if (outcome === 'quit') break;
    terminal.prompt();
  }
  terminal.close();
  writeHistory(history);
}
