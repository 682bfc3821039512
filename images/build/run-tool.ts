/**
 * Runs the programs of a step: output to the step's log, a small fixed environment, failure as a BuildError whose
 * message ends with what went wrong. Starts processes, writes the log, nothing else.
 */
import { appendFileSync } from 'node:fs';
import { BuildError, diskFull, interrupted } from './errors.ts';
import type { RunOptions } from './step.ts';

const SHOWN_LINES = 12;
const SHOWN_ERRORS = 3;
/** As compilers and linkers begin them. */
const ERROR_LINE = /(^|\s)(fatal )?error: |undefined reference to|unrecognized option/;

/** The first errors in what a program printed, or where it names none its last lines. */
function whatWentWrong(output: string): string {
  const lines = output.trimEnd().split('\n');
  const errors = [...new Set(lines.filter((line) => ERROR_LINE.test(line)))].slice(0, SHOWN_ERRORS);
  return (errors.length > 0 ? errors : lines.slice(-SHOWN_LINES)).join('\n  ');
}

export interface ToolRunner {
  readonly step: string;
  readonly cacheRoot: string;
  readonly cwd: string;
  readonly log: string;
  readonly signal: AbortSignal | undefined;
}

/**
 * The environment of every tool: where to find programs and a home are the machine's, all that could change a result
 * is fixed.
 */
function environment(extra: Readonly<Record<string, string>>): Record<string, string> {
  const kept = ['PATH', 'HOME', 'http_proxy', 'https_proxy', 'no_proxy', 'TMPDIR'];
  const env: Record<string, string> = {};
  for (const name of kept) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return {
    ...env,
    LC_ALL: 'C',
    TZ: 'UTC',
    // The date of nothing in particular: what compilers and archives put in where they want a time.
    SOURCE_DATE_EPOCH: '1700000000',
    PYTHONHASHSEED: '0',
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONNOUSERSITE: '1',
    ...extra,
  };
}

interface ToolFailure {
  readonly output: string;
}

/** What a program printed whose failure `runTool` threw; undefined for other errors. */
export function failedOutput(error: unknown): string | undefined {
  if (!(error instanceof BuildError) || error.kind !== 'step-failed') return undefined;
  return (error.cause as ToolFailure | undefined)?.output;
}

/** Runs a program to its end and returns what it printed, both streams in order. */
export async function runTool(
  runner: ToolRunner,
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { execa } = await import('execa');
  appendFileSync(runner.log, `$ ${[command, ...args].join(' ')}\n`);
  const result = await execa(command, args, {
    cwd: options.cwd ?? runner.cwd,
    env: environment(options.env ?? {}),
    extendEnv: false,
    stdin: 'ignore',
    all: true,
    reject: false,
    ...(runner.signal === undefined ? {} : { cancelSignal: runner.signal }),
  });
  if (options.quiet !== true || result.failed) appendFileSync(runner.log, `${result.all}\n`);
  if (!result.failed) return result.all;
  if (result.isCanceled || runner.signal?.aborted === true) throw interrupted(runner.step, result);
  if (result.all.includes('No space left on device')) throw diskFull(runner.cacheRoot, result);
  if (result.code === 'ENOENT') {
    throw new BuildError('tool-missing', `${runner.step} needs ${command}, which is not on this machine`, {
      log: runner.log,
    });
  }
  const failure = { output: result.all } satisfies ToolFailure;
  const how =
    result.signal === undefined ? `exit status ${result.exitCode ?? '?'}` : `signal ${result.signal}`;
  const message = `${runner.step} failed: ${command} ended with ${how} (log: ${runner.log})\n  ${whatWentWrong(result.all)}`;
  throw new BuildError('step-failed', message, { log: runner.log, cause: failure });
}
