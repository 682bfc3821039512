/**
 * Plain data as JSON and back: objects, arrays, strings, numbers, booleans, null, bytes and big integers.
 *
 * What must hold: one value has one text, and a text that is not the one its value has is refused; so two snapshots
 * are equal exactly if their texts are. A key never starts with `$`, which marks the two kinds JSON lacks.
 */
import { SnapshotError } from '../guest/snapshot-error.ts';

export type PlainData =
  | null
  | boolean
  | number
  | string
  | bigint
  | Uint8Array
  | readonly PlainData[]
  | { readonly [key: string]: PlainData };

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const BYTES = '$bytes';
const BIGINT = '$bigint';

/** JSON text of plain data, with a newline at its end. Not finite numbers and undefined cannot be written: TypeError. */
export function encodePlainData(data: PlainData): string {
  return `${JSON.stringify(toJson(data), undefined, 1)}\n`;
}

/** The data a text was made from. Any other text: {@link SnapshotError} of kind `corrupted`; `name` is for its message. */
export function decodePlainData(text: string, name: string): PlainData {
  let data: PlainData;
  let written: string;
  try {
    data = fromJson(JSON.parse(text) as Json);
    written = encodePlainData(data);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SnapshotError('corrupted', `${name} is not the JSON it should be (${reason})`);
  }
  if (written !== text) {
    throw new SnapshotError('corrupted', `${name} is JSON, but not as this program writes it`);
  }
  return data;
}

function toJson(data: PlainData): Json {
  if (typeof data === 'bigint') return { [BIGINT]: data.toString() };
  if (typeof data === 'number') {
    if (!Number.isFinite(data)) throw new TypeError(`${data} cannot be kept in a snapshot`);
    return data;
  }
  if (data === null || typeof data === 'string' || typeof data === 'boolean') return data;
  if (data instanceof Uint8Array) {
    return { [BYTES]: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64') };
  }
  if (isList(data)) return data.map(toJson);
  const entries = Object.entries(data);
  for (const [key, value] of entries) {
    if (key.startsWith('$')) throw new TypeError(`the key ${key} cannot be kept in a snapshot`);
    // Callers reach this from untyped state, such as a device's.
    if ((value as unknown) === undefined)
      throw new TypeError(`undefined at ${key} cannot be kept in a snapshot`);
  }
  return Object.fromEntries(entries.map(([key, value]) => [key, toJson(value)]));
}

function fromJson(json: Json): PlainData {
  if (json === null || typeof json !== 'object') return json;
  if (isList(json)) return json.map(fromJson);
  const entries = Object.entries(json);
  const [first] = entries;
  if (first?.[0] === BYTES && typeof first[1] === 'string')
    return new Uint8Array(Buffer.from(first[1], 'base64'));
  if (first?.[0] === BIGINT && typeof first[1] === 'string') return BigInt(first[1]);
  return Object.fromEntries(entries.map(([key, value]) => [key, fromJson(value)]));
}

/** `Array.isArray` does not narrow a read-only array away. */
function isList<Item>(value: readonly Item[] | object): value is readonly Item[] {
  return Array.isArray(value);
}
