/**
 * The log of the tools: pino, to stderr. pino is loaded with the first line that is really logged, because most runs log nothing
 * and each millisecond of start-up counts. A level that asks for more than warnings loads it before the command begins, so that
 * a line is written where it happens.
 */
import { InvalidArgumentError } from 'commander';
import type { Logger } from 'pino';
import { userStore } from '../cache/index.ts';
import type { Log, LogLine } from '../guest/log.ts';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LEVELS)[number];

let level: LogLevel = 'warn';
let logger: Logger | undefined;

/** Parses the option's value; a level that does not exist is a mistake of the user. */
export function setLogLevel(value: string): LogLevel {
  const known = LEVELS.find((one) => one === value);
  if (known === undefined) throw new InvalidArgumentError(`choose one of ${LEVELS.join(', ')}.`);
  level = known;
  return known;
}

export function logLevel(): LogLevel {
  return level;
}

function isWanted(at: LogLevel): boolean {
  return LEVELS.indexOf(at) >= LEVELS.indexOf(level);
}

/** Loads pino where the level asks for lines that may come at any time. Called once, before a command begins. */
export async function openLog(): Promise<void> {
  if (isWanted('info')) await load();
  if (!isWanted('debug')) return;
  userStore().tell(({ what, kind, file }) => void log('debug', `store: ${what}`, { kind, file }));
}

async function load(): Promise<Logger> {
  const { pino } = await import('pino');
  logger ??= pino({ level, base: null }, pino.destination({ dest: 2, sync: true }));
  return logger;
}

/** Logs one line with its details, if the level asks for it. */
export async function log(
  at: Exclude<LogLevel, 'silent'>,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  if (isWanted(at)) (logger ?? (await load()))[at](details, message);
}

/** What the parts of the library log to: only the levels that are wanted are there. */
export function guestLog(): Log {
  const line = (at: 'warn' | 'debug' | 'trace'): LogLine | undefined =>
    isWanted(at) ? (message, details) => void log(at, message, details) : undefined;
  return { warn: line('warn'), debug: line('debug'), trace: line('trace') };
}
