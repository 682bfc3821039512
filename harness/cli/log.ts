/**
 * The log of the tools: pino, to stderr. The library is loaded with the first line that is really logged, because most runs
 * log nothing and each millisecond of start-up counts.
 */
import { InvalidArgumentError } from 'commander';
import type { Logger } from 'pino';

const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LEVELS)[number];

let level: LogLevel = 'warn';
let logger: Promise<Logger> | undefined;

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

/** Logs one line with its details, if the level asks for it. */
export async function log(
  at: Exclude<LogLevel, 'silent'>,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  if (LEVELS.indexOf(at) < LEVELS.indexOf(level)) return;
  logger ??= import('pino').then(({ pino }) =>
    pino({ level, base: null }, pino.destination({ dest: 2, sync: true })),
  );
  (await logger)[at](details, message);
}
