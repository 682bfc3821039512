/**
 * Rows of the study from outside: one line of JSON, or a file with a list of them. Shaped as the entries of variants.ts,
 * and checked before anything is built.
 */
import * as v from 'valibot';
import type { LaterPython } from '../../images/cpython/variant.ts';
import { InputError } from '../guest/errors.ts';
import { contradictionIn } from './contradictions.ts';
import type { StudyVariant } from './row.ts';

const word = v.pipe(v.string(), v.regex(/^[^\s;]+$/, 'expected text without spaces and semicolons'));
const flags = v.array(word);
const flag = v.boolean();

const build = v.strictObject({
  docStrings: v.exactOptional(flag),
  computedGotos: v.exactOptional(flag),
  configureFlags: v.exactOptional(flags),
  optimize: v.exactOptional(v.picklist(['O0', 'O1', 'O2', 'O3', 'Os', 'Oz', 'Og'])),
  framePointer: v.exactOptional(flag),
  unwindTables: v.exactOptional(flag),
  lto: v.exactOptional(flag),
  compileFlags: v.exactOptional(flags),
  link: v.exactOptional(v.picklist(['no-pie', 'pie'])),
  functionOrder: v.exactOptional(v.picklist(['compiled', 'by-use'])),
  allocator: v.exactOptional(v.picklist(['musl', 'size-classes'])),
  encodings: v.exactOptional(v.picklist(['frozen', 'pyc', 'source'])),
  linkFlags: v.exactOptional(flags),
  strip: v.exactOptional(v.picklist(['all', 'debug', 'none'])),
  python: v.exactOptional(
    v.custom<LaterPython>(
      (value) => typeof value === 'string' && /^3\.\d+(\.\w+)?$/.test(value),
      'expected a release of CPython such as "3.13"',
    ),
  ),
});

const run = v.strictObject({
  library: v.exactOptional(v.picklist(['needed', 'whole'])),
  hostBinaries: v.exactOptional(flag),
  site: v.exactOptional(flag),
  fixedHashSeed: v.exactOptional(flag),
  skipFinalization: v.exactOptional(flag),
  fromSnapshot: v.exactOptional(flag),
  dumped: v.exactOptional(flag),
  pythonOptions: v.exactOptional(flags),
  environment: v.exactOptional(v.record(word, word)),
});

const claim = v.strictObject({
  says: v.string(),
  savesMs: v.exactOptional(v.pipe(v.number(), v.minValue(0))),
  side: v.picklist(['before', 'after']),
  of: v.picklist(['instructions', 'kernelCalls', 'codePages', 'imageBytes']),
  phase: v.exactOptional(v.string()),
});

const variant = v.strictObject({
  name: v.pipe(
    v.string(),
    v.regex(
      /^\S([^\p{Cc}]{0,38}\S)?$/u,
      'expected 1 to 40 characters on one line, without spaces around them',
    ),
  ),
  change: v.exactOptional(v.string()),
  build: v.exactOptional(build),
  run: v.exactOptional(run),
  claim: v.exactOptional(claim),
});

/** Fields by the object that they are in. */
const fields: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries({ '': variant, build, run, claim }).map(([name, schema]) => [
    name,
    Object.keys(schema.entries),
  ]),
);

const kinds: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  number: 'a number',
  record: 'an object',
  strict_object: 'an object',
  string: 'text',
};

/** What is wrong at one place of a row, in a line. */
function explain(issue: v.InferIssue<typeof variant>): string {
  const at = v.getDotPath(issue) ?? '';
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const parent = at.slice(0, Math.max(0, at.lastIndexOf('.')));
    return `there is no field ${at}: there are ${(fields[parent] ?? []).join(', ')}`;
  }
  if (issue.received === 'undefined') return `${at} is missing`;
  const prefix = at === '' ? '' : `${at}: `;
  if (issue.type === 'picklist') {
    const choices = issue.expected.replace(/^\((.*)\)$/, '$1').replaceAll(' | ', ', ');
    return `${prefix}expected one of ${choices}, got ${issue.received}`;
  }
  const kind = kinds[issue.type];
  return prefix + (kind === undefined ? issue.message : `expected ${kind}, got ${issue.received}`);
}

/** What a row changes, where the caller has no words for it. */
function fieldsInWords({ build = {}, run = {} }: Pick<StudyVariant, 'build' | 'run'>): string {
  const words = Object.entries({ ...build, ...run }).map(
    ([field, value]) => `${field} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
  );
  return words.length === 0 ? 'nothing' : words.join(', ');
}

function parseRow(value: unknown, from: string): StudyVariant {
  const parsed = v.safeParse(variant, value);
  if (!parsed.success) throw new InputError(`${from} is no row of the study: ${explain(parsed.issues[0])}`);
  const row = { ...parsed.output, change: parsed.output.change ?? fieldsInWords(parsed.output) };
  const contradiction = contradictionIn(row);
  if (contradiction !== undefined) throw new InputError(`${from} contradicts itself: ${contradiction}`);
  return row;
}

/**
 * @param text JSON: one row or a list of rows.
 * @param from What to call the text in an error.
 * @throws InputError that names what is wrong.
 */
export function parseVariants(text: string, from: string): StudyVariant[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputError(`${from} is not JSON: give a row such as {"name":"O1","build":{"optimize":"O1"}}`);
  }
  if (!Array.isArray(value)) return [parseRow(value, from)];
  return value.map((one: unknown, index) => parseRow(one, `row ${index + 1} of ${from}`));
}
