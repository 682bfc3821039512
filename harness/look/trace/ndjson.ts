/**
 * Reads recorded traces: newline-delimited JSON as `trace --json` writes it (record.ts has the format).
 *
 * A file comes from a user, so everything in it is checked before it is believed.
 */
import * as v from 'valibot';
import { InputError } from '../../guest/errors.ts';
import type { Stop, StopKind } from '../../guest/stop.ts';
import { TRACE_VERSION, type CallRecord, type TraceEnd, type TraceHeader, type TraceLine } from './record.ts';

const level = v.picklist(['kernel', 'posix']);

const header = v.object({
  type: v.literal('trace'),
  version: v.literal(TRACE_VERSION),
  levels: v.array(level),
  kernel: v.string(),
  program: v.string(),
  ramfs: v.nullable(v.string()),
  options: v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])),
});

const call = v.object({
  type: v.literal('call'),
  index: v.number(),
  level,
  parent: v.exactOptional(v.number()),
  depth: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1000)),
  process: v.exactOptional(v.number()),
  program: v.exactOptional(v.string()),
  thread: v.number(),
  number: v.number(),
  name: v.string(),
  arguments: v.array(
    v.object({
      name: v.string(),
      value: v.number(),
      text: v.string(),
      out: v.exactOptional(v.literal(true)),
    }),
  ),
  instructions: v.number(),
  nanoseconds: v.number(),
  completion: v.picklist(['returned', 'answered', 'never-returns', 'abandoned', 'unfinished']),
  result: v.exactOptional(
    v.object({ value: v.number(), text: v.string(), errno: v.exactOptional(v.string()) }),
  ),
  duration: v.exactOptional(v.number()),
  elapsed: v.exactOptional(v.number()),
  returnAddress: v.number(),
  caller: v.exactOptional(v.string()),
  stack: v.exactOptional(
    v.array(
      v.object({
        address: v.number(),
        function: v.exactOptional(v.string()),
        offset: v.exactOptional(v.number()),
        guessed: v.exactOptional(v.literal(true)),
      }),
    ),
  ),
});

const end = v.object({
  type: v.literal('end'),
  outcome: v.picklist([
    'exit',
    'kernel-call',
    'snapshot',
    'paused',
    'deadline',
    'reached',
    'input',
    'breakpoint',
    'watchpoint',
    'crash',
    'halted',
    'protocol-error',
    'requested',
  ] satisfies StopKind[]),
  exitStatus: v.number(),
  instructions: v.number(),
  nanoseconds: v.number(),
});

const log = v.object({
  type: v.literal('log'),
  text: v.string(),
  instructions: v.number(),
  nanoseconds: v.number(),
});

const line = v.variant('type', [call, log, end]);

/** A recorded trace, calls in the order in which they were made. What the kernel's console said is left out. */
export interface RecordedTrace {
  readonly header: TraceHeader;
  readonly calls: readonly CallRecord[];
  /** How the run ended; undefined where the file does not say. */
  readonly end?: TraceEnd;
}

/** One line of the file. */
export function formatTraceLine(line: TraceLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** The last line, for a guest that has come back. */
export function traceEnd(
  outcome: Stop,
  exitStatus: number,
  machine: { readonly instructions: number; readonly virtualNanoseconds: number },
): TraceEnd {
  const { instructions, virtualNanoseconds: nanoseconds } = machine;
  return { type: 'end', outcome: outcome.kind, exitStatus, instructions, nanoseconds };
}

function parseLine(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InputError(`${what} is not JSON: give a file that \`trace --json\` has written`);
  }
}

function check<const Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  what: string,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  throw new InputError(
    `${what} does not fit the format${path === null ? '' : ` at "${path}"`}: ${issue.message}`,
  );
}

/**
 * Parses a recorded trace.
 *
 * @param name What to call it in the message of the {@link InputError} thrown for anything else.
 */
export function parseTrace(text: string, name: string): RecordedTrace {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const first = parseLine(lines[0] ?? '', `the first line of ${name}`);
  const version: unknown =
    typeof first === 'object' && first !== null && 'version' in first ? first.version : undefined;
  if (version !== undefined && version !== TRACE_VERSION) {
    throw new InputError(
      `${name} has version ${JSON.stringify(version)} of the trace format, this is version ${TRACE_VERSION}: record it again`,
    );
  }
  const parsed = check(header, first, `the first line of ${name}`);
  const calls: CallRecord[] = [];
  let ended: TraceEnd | undefined;
  lines.slice(1).forEach((text, index) => {
    const what = `line ${index + 2} of ${name}`;
    if (ended !== undefined) throw new InputError(`${what} comes after the end of the trace`);
    const read = check(line, parseLine(text, what), what);
    if (read.type === 'end') ended = read;
    else if (read.type === 'call') calls.push(read);
  });
  calls.sort((a, b) => a.index - b.index);
  return ended === undefined ? { header: parsed, calls } : { header: parsed, calls, end: ended };
}
