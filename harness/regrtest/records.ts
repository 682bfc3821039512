/**
 * What the guest tells of its tests, as `images/cpython/regrtest.py` writes it: records of JSON between 0x1e and a line feed, in the
 * midst of what tests print. Everything here was made by a guest: what is no such record counts as printed.
 */
import * as v from 'valibot';

const text = v.optional(v.string(), '');

const record = v.union([
  v.object({ start: v.string() }),
  v.object({ test: v.string(), outcome: v.picklist(['passed', 'failed', 'skipped']), text }),
  v.object({ skipped: v.string() }),
  v.object({ failed: v.string() }),
  v.object({ problem: v.string() }),
  v.object({ done: v.literal(true) }),
]);

/** One thing that happened. */
export type TestRecord = v.InferOutput<typeof record>;

/** What a guest has written: its records in order, and the rest. */
export interface GuestRecords {
  readonly records: readonly TestRecord[];
  readonly printed: string;
}

/** Splits what a guest has written. A record that was not finished is left out. */
export function readRecords(output: string): GuestRecords {
  const [first = '', ...parts] = output.split('\x1e');
  const records: TestRecord[] = [];
  let printed = first;
  for (const part of parts) {
    const end = part.indexOf('\n');
    const known = end < 0 ? undefined : parse(part.slice(0, end));
    if (known === undefined) {
      printed += part;
      continue;
    }
    records.push(known);
    printed += part.slice(end + 1);
  }
  return { records, printed };
}

function parse(line: string): TestRecord | undefined {
  try {
    const result = v.safeParse(record, JSON.parse(line));
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}

/** The line that says that a test starts, as it stands in the output. */
export const startLine = (test: string): string =>
  `\x1e${JSON.stringify({ start: test }).replace('":"', '": "')}\n`;
