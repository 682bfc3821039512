/**
 * The registers as gdb numbers them, and the XML that tells it so.
 *
 * The names and the order inside of the standard features are gdb's own (GDB manual, "i386 Features"); the last
 * feature is this project's and shows control registers. What must hold: {@link registerLayout} and the XML agree,
 * because both are made from the same table.
 */

export interface RegisterLayout {
  readonly name: string;
  readonly bits: number;
  /** gdb's type. */
  readonly type: string;
}

const word = (name: string, type = 'int32'): RegisterLayout => ({ name, bits: 32, type });
const numbered = (prefix: string, bits: number, type: string): RegisterLayout[] =>
  Array.from({ length: 8 }, (_, i) => ({ name: `${prefix}${i}`, bits, type }));

/** A type of single bits by name. */
function flags(id: string, bits: Readonly<Record<string, number>>): string {
  const fields = Object.entries(bits).map(
    ([name, bit]) => `<field name="${name}" start="${bit}" end="${bit}"/>`,
  );
  return `<flags id="${id}" size="4">${fields.join('')}</flags>`;
}

const features: readonly { name: string; registers: readonly RegisterLayout[]; types?: string }[] = [
  {
    name: 'org.gnu.gdb.i386.core',
    types: flags('i386_eflags', { CF: 0, PF: 2, AF: 4, ZF: 6, SF: 7, TF: 8, IF: 9, DF: 10, OF: 11 }),
    registers: [
      ...['eax', 'ecx', 'edx', 'ebx'].map((name) => word(name)),
      word('esp', 'data_ptr'),
      word('ebp', 'data_ptr'),
      word('esi'),
      word('edi'),
      word('eip', 'code_ptr'),
      word('eflags', 'i386_eflags'),
      ...['cs', 'ss', 'ds', 'es', 'fs', 'gs'].map((name) => word(name)),
      ...numbered('st', 80, 'i387_ext'),
      ...['fctrl', 'fstat', 'ftag', 'fiseg', 'fioff', 'foseg', 'fooff', 'fop'].map((name) => word(name)),
    ],
  },
  {
    name: 'org.gnu.gdb.i386.sse',
    types: [
      '<vector id="v4f" type="ieee_single" count="4"/>',
      '<vector id="v2d" type="ieee_double" count="2"/>',
      '<vector id="v16i8" type="int8" count="16"/>',
      '<vector id="v8i16" type="int16" count="8"/>',
      '<vector id="v4i32" type="int32" count="4"/>',
      '<vector id="v2i64" type="int64" count="2"/>',
      '<union id="vec128">',
      '<field name="v4_float" type="v4f"/><field name="v2_double" type="v2d"/><field name="v16_int8" type="v16i8"/>',
      '<field name="v8_int16" type="v8i16"/><field name="v4_int32" type="v4i32"/><field name="v2_int64" type="v2i64"/>',
      '<field name="uint128" type="uint128"/></union>',
      flags('i386_mxcsr', {
        ...{ IE: 0, DE: 1, ZE: 2, OE: 3, UE: 4, PE: 5, DAZ: 6 },
        ...{ IM: 7, DM: 8, ZM: 9, OM: 10, UM: 11, PM: 12, FZ: 15 },
      }),
    ].join(''),
    registers: [...numbered('xmm', 128, 'vec128'), word('mxcsr', 'i386_mxcsr')],
  },
  {
    name: 'org.nanvix-v86.system',
    registers: ['cr0', 'cr2', 'cr3', 'cr4'].map((name) => word(name)),
  },
];

/** All registers in gdb's order. */
export const registerLayout: readonly RegisterLayout[] = features.flatMap(({ registers }) => registers);

/** What `qXfer:features:read:target.xml` answers. */
export const targetDescription: string = [
  '<?xml version="1.0"?><!DOCTYPE target SYSTEM "gdb-target.dtd"><target version="1.0">',
  '<architecture>i386</architecture>',
  ...features.map(({ name, types, registers }) =>
    [
      `<feature name="${name}">`,
      types ?? '',
      ...registers.map((one) => `<reg name="${one.name}" bitsize="${one.bits}" type="${one.type}"/>`),
      '</feature>',
    ].join(''),
  ),
  '</target>',
].join('');
