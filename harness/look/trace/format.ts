/** One call as lines of text, in the manner of strace. */
import { hex } from '../../../emulator/hex.ts';
import type { StackFrame } from '../symbols/index.ts';
import { errnoMessage } from './errno-message.ts';
import type { CallArgument, CallRecord, LogRecord } from './record.ts';

/** How parts of a line stand out; identity functions where there are no colours. */
export interface TracePalette {
  readonly name: (text: string) => string;
  readonly error: (text: string) => string;
  readonly faint: (text: string) => string;
}

const same = (text: string): string => text;
export const plainPalette: TracePalette = { name: same, error: same, faint: same };

export interface FormatOptions {
  readonly palette?: TracePalette;
  /** Mark calls of the kernel as such: when both levels are shown, their names overlap. */
  readonly markKernel?: boolean;
}

const INDENTATION = '  ';
const NANOSECONDS_PER_SECOND = 1e9;

const listText = (list: readonly CallArgument[]): string => list.map(({ text }) => text).join(', ');

function nameText(call: CallRecord, { palette = plainPalette, markKernel = false }: FormatOptions): string {
  const prefix = markKernel && call.level === 'kernel' ? palette.faint('kernel.') : '';
  return `${prefix}${palette.name(call.name)}`;
}

/** `name(arguments) = result`: the call itself, without when, who and how long. */
export function formatCallText(call: CallRecord, options: FormatOptions = {}): string {
  return `${nameText(call, options)}(${listText(call.arguments)}${endText(call, options)}`;
}

/** What stands behind the arguments: `) = 3`. */
function endText(call: CallRecord, { palette = plainPalette }: FormatOptions): string {
  switch (call.completion) {
    case 'never-returns':
      return ') = ?';
    case 'unfinished':
      return `${palette.faint(' <unfinished ...>')}) = ?`;
    case 'abandoned':
      return `) = ? ${palette.faint('<left by a jump>')}`;
    case 'returned':
    case 'answered': {
      const note = call.completion === 'answered' ? ` ${palette.faint('<not by the kernel>')}` : '';
      return `) = ${resultText(call, palette)}${note}`;
    }
  }
}

function resultText({ result }: CallRecord, palette: TracePalette): string {
  if (result === undefined) return '?';
  if (result.errno === undefined) return result.text;
  const message = errnoMessage(result.errno);
  return palette.error(message === undefined ? result.text : `${result.text} (${message})`);
}

/** `deep+0x24 [0x40000123]`; a question mark where the frame was guessed. */
export function formatFrame(frame: StackFrame): string {
  const place = frame.function === undefined ? '' : `${frame.function}+${hex(frame.offset ?? 0)} `;
  return `${place}[${hex(frame.address)}]${frame.guessed === true ? '?' : ''}`;
}

/** `1`; in guests of several processes `4:1`, and `?2:1` where the number of the process is not known. */
function whoText({ process, thread }: CallRecord): string {
  if (process === undefined) return String(thread);
  return `${process < 0 ? `?${-process}` : process}:${thread}`;
}

/** The lines of a piece of the kernel's console. */
export function formatLogLines(log: LogRecord, { palette = plainPalette }: FormatOptions = {}): string[] {
  const seconds = (log.nanoseconds / NANOSECONDS_PER_SECOND).toFixed(9);
  const lines = log.text.replace(/\n$/u, '').split('\n');
  return lines.map((line) => `${palette.faint(seconds)} console: ${line}`);
}

/** Guest time in seconds, process and thread, and the indentation of calls inside others. */
function lineStart(call: CallRecord, nanoseconds: number, { palette = plainPalette }: FormatOptions): string {
  const seconds = (nanoseconds / NANOSECONDS_PER_SECOND).toFixed(9);
  return `${palette.faint(seconds)} [${whoText(call)}] ${INDENTATION.repeat(call.depth)}`;
}

function durationText({ duration }: CallRecord, { palette = plainPalette }: FormatOptions): string {
  return duration === undefined ? '' : ` ${palette.faint(`<${duration}>`)}`;
}

function stackLines(call: CallRecord, { palette = plainPalette }: FormatOptions): string[] {
  const indent = INDENTATION.repeat(call.depth);
  return (call.stack ?? []).map((frame) => palette.faint(`${indent}    at ${formatFrame(frame)}`));
}

/** The lines of a call: when it was made, thread, call, duration in instructions; then its stack. */
export function formatCallLines(call: CallRecord, options: FormatOptions = {}): string[] {
  const line = `${lineStart(call, call.nanoseconds, options)}${formatCallText(call, options)}${durationText(call, options)}`;
  return [line, ...stackLines(call, options)];
}

/** How many arguments are known before the call has filled anything in. */
function knownAtEntry(call: CallRecord): number {
  const first = call.arguments.findIndex(({ out }) => out === true);
  return first < 0 ? call.arguments.length : first;
}

/** The first part of a call that another thread's calls interrupt: `read(0<stdin>, <unfinished ...>`; then its stack. */
export function formatCallBegun(call: CallRecord, options: FormatOptions = {}): string[] {
  const { palette = plainPalette } = options;
  const known = call.arguments.slice(0, knownAtEntry(call));
  const comma = known.length > 0 && known.length < call.arguments.length ? ',' : '';
  const start = `${lineStart(call, call.nanoseconds, options)}${nameText(call, options)}`;
  return [
    `${start}(${listText(known)}${comma}${palette.faint(' <unfinished ...>')}`,
    ...stackLines(call, options),
  ];
}

/** The rest of such a call, when it is over: `<... read resumed>"abc", 1024) = 3`. */
export function formatCallResumed(call: CallRecord, options: FormatOptions = {}): string {
  const { palette = plainPalette } = options;
  const rest = call.arguments.slice(knownAtEntry(call));
  const start = lineStart(call, call.nanoseconds + (call.elapsed ?? 0), options);
  const name = nameText(call, { ...options, palette: { ...palette, faint: same } });
  return `${start}${palette.faint('<... ')}${name}${palette.faint(' resumed>')}${listText(rest)}${endText(call, options)}${durationText(call, options)}`;
}
