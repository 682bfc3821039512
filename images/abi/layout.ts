/**
 * Reads and writes the packed structures of structs.ts in a stretch of guest memory. Works on a DataView, so the
 * same code serves a copy of memory and the memory itself.
 */
import type { FieldLayout, ScalarType, StructLayout } from './structs.ts';

/** Bytes of each scalar type. */
export const scalarSizes: Readonly<Record<ScalarType, number>> = {
  u8: 1,
  i8: 1,
  u16: 2,
  u32: 4,
  i32: 4,
  u64: 8,
};

type ScalarValue<T extends ScalarType> = T extends 'u64' ? bigint : number;

type FieldValue<F extends FieldLayout> = F extends { readonly count: number }
  ? readonly ScalarValue<F['type']>[]
  : ScalarValue<F['type']>;

/** The TypeScript value of a structure: one property per field, arrays for fields with a count. */
export type StructValue<S extends StructLayout> = {
  -readonly [F in S['fields'][number] as F['name']]: FieldValue<F>;
};

function readScalar(view: DataView, offset: number, type: ScalarType): number | bigint {
  switch (type) {
    case 'u8':
      return view.getUint8(offset);
    case 'i8':
      return view.getInt8(offset);
    case 'u16':
      return view.getUint16(offset, true);
    case 'u32':
      return view.getUint32(offset, true);
    case 'i32':
      return view.getInt32(offset, true);
    case 'u64':
      return view.getBigUint64(offset, true);
  }
}

function writeScalar(view: DataView, offset: number, type: ScalarType, value: number | bigint): void {
  switch (type) {
    case 'u8':
      view.setUint8(offset, Number(value));
      return;
    case 'i8':
      view.setInt8(offset, Number(value));
      return;
    case 'u16':
      view.setUint16(offset, Number(value), true);
      return;
    case 'u32':
      view.setUint32(offset, Number(value), true);
      return;
    case 'i32':
      view.setInt32(offset, Number(value), true);
      return;
    case 'u64':
      view.setBigUint64(offset, BigInt(value), true);
  }
}

/**
 * Reads a structure.
 *
 * @param layout One of the tables of structs.ts.
 * @param view Bytes that hold it.
 * @param offset Where it starts, in bytes.
 * @returns Its fields by name.
 * @throws RangeError when it does not fit into the view.
 */
export function readStruct<const S extends StructLayout>(
  layout: S,
  view: DataView,
  offset = 0,
): StructValue<S> {
  const entries = layout.fields.map((field): [string, unknown] => {
    const at = offset + field.offset;
    if (field.count === undefined) return [field.name, readScalar(view, at, field.type)];
    const step = scalarSizes[field.type];
    if (field.type === 'u8') {
      return [field.name, [...new Uint8Array(view.buffer, view.byteOffset + at, field.count)]];
    }
    return [
      field.name,
      Array.from({ length: field.count }, (_, i) => readScalar(view, at + i * step, field.type)),
    ];
  });
  return Object.fromEntries(entries) as StructValue<S>;
}

/**
 * Writes fields of a structure; fields that are not named keep what memory holds.
 *
 * @param layout One of the tables of structs.ts.
 * @param view Bytes to write into.
 * @param offset Where the structure starts, in bytes.
 * @param value Fields by name; an array shorter than its field leaves the rest as it is.
 * @throws RangeError when it does not fit into the view or an array is too long.
 */
export function writeStruct<const S extends StructLayout>(
  layout: S,
  view: DataView,
  offset: number,
  value: Partial<StructValue<S>>,
): void {
  const given = value as Readonly<Record<string, number | bigint | readonly (number | bigint)[] | undefined>>;
  for (const field of layout.fields) {
    const fieldValue = given[field.name];
    if (fieldValue === undefined) continue;
    const elements = typeof fieldValue === 'object' ? fieldValue : [fieldValue];
    if (elements.length > (field.count ?? 1)) {
      throw new RangeError(
        `${layout.name}.${field.name} holds ${field.count ?? 1} elements, got ${elements.length}`,
      );
    }
    elements.forEach((element, i) => {
      writeScalar(view, offset + field.offset + i * scalarSizes[field.type], field.type, element);
    });
  }
}
