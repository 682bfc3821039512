/**
 * Rows of the study from outside: one line of JSON, or a file with a list of them. Shaped as the entries of variants.ts,
 * and checked before anything is built.
 */
import * as v from 'valibot';
import { InputError } from '../errors.ts';
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
});

const run = v.strictObject({
  library: v.exactOptional(v.picklist(['needed', 'whole'])),
  hostBinaries: v.exactOptional(flag),
  site: v.exactOptional(flag),
  fixedHashSeed: v.exactOptional(flag),
  skipFinalization: v.exactOptional(flag),
  fromSnapshot: v.exactOptional(flag),
  pythonOptions: v.exactOptional(flags),
  environment: v.exactOptional(v.record(word, word)),
});

const claim = v.strictObject({
  says: v.string(),
  savesMs: v.exactOptional(v.pipe(v.number(), v.minValue(0))),
  side: v.picklist(['before', 'after']),
  of: v.picklist(['instructions', 'kernelCalls', 'codePages', 'imageBytes']),
});

const variant = v.strictObject({
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(40)),
  change: v.exactOptional(v.string(), ''),
  build: v.exactOptional(build),
  run: v.exactOptional(run),
  claim: v.exactOptional(claim),
});

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
  const schema = Array.isArray(value) ? v.array(variant) : variant;
  const parsed = v.safeParse(schema, value);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const at = v.getDotPath(issue);
    throw new InputError(`${from} is no row of the study: ${at === null ? '' : `${at}: `}${issue.message}`);
  }
  return [parsed.output].flat();
}
