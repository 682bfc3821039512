/** One call as lines of text, in the manner of strace. */
import type { StackFrame } from '../symbols/index.ts';
import type { CallRecord } from './record.ts';
import { hex } from './values.ts';

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

const indentation = '  ';
const nanosecondsPerSecond = 1e9;

/** `name(arguments) = result`: the call itself, without when, who and how long. */
export function formatCallText(call: CallRecord, options: FormatOptions = {}): string {
  const { palette = plainPalette, markKernel = false } = options;
  const prefix = markKernel && call.level === 'kernel' ? palette.faint('kernel.') : '';
  const list = call.arguments.map((argument) => argument.text).join(', ');
  return `${prefix}${palette.name(call.name)}(${list}) = ${resultText(call, palette)}`;
}

function resultText(call: CallRecord, palette: TracePalette): string {
  if (call.result === undefined)
    return call.completion === 'never-returns' ? '?' : `? ${palette.faint('<unfinished>')}`;
  const text = call.result.errno === undefined ? call.result.text : palette.error(call.result.text);
  return call.completion === 'answered' ? `${text} ${palette.faint('<not by the kernel>')}` : text;
}

/** `deep+0x24 [0x40000123]`; a question mark where the frame was guessed. */
export function formatFrame(frame: StackFrame): string {
  const place =
    frame.function === undefined ? '' : `${frame.function}+0x${(frame.offset ?? 0).toString(16)} `;
  return `${place}[${hex(frame.address)}]${frame.guessed === true ? '?' : ''}`;
}

/** The lines of a call: guest time in seconds, thread, call, duration in instructions; then its stack. */
export function formatCallLines(call: CallRecord, options: FormatOptions = {}): string[] {
  const { palette = plainPalette } = options;
  const seconds = (call.nanoseconds / nanosecondsPerSecond).toFixed(9);
  const indent = indentation.repeat(call.depth);
  const duration = call.duration === undefined ? '' : ` ${palette.faint(`<${call.duration}>`)}`;
  const line = `${palette.faint(seconds)} [${call.thread}] ${indent}${formatCallText(call, options)}${duration}`;
  return [line, ...(call.stack ?? []).map((frame) => palette.faint(`${indent}    at ${formatFrame(frame)}`))];
}
