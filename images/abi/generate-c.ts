/** Makes the C headers of the guest from the tables of this folder. Pure: text in, text out. */
import {
  capabilities,
  kernelArgumentWords,
  limits,
  NO_TIMEOUT,
  portAccess,
  protections,
  ramfsTag,
} from './parameters.ts';
import type { Era } from './eras.ts';
import { eras } from './eras.ts';
import { errno } from './errno.ts';
import { exitStatuses } from './exit-status.ts';
import type { ArgumentType, KernelCall } from './kernel-calls.ts';
import { argumentRegisters } from './kernel-calls.ts';
import {
  addressMap,
  bootRegisters,
  controlPage,
  initrd,
  kernelImage,
  PAGE_SIZE,
  pvclockPage,
  selectors,
} from './memory-map.ts';
import {
  bulkOperations,
  bundle,
  envelopeKinds,
  FIRST_THREAD,
  hostHeaders,
  messageTypes,
  processes,
} from './messages.ts';
import { interrupts, machineCommands, MACHINE_COMMAND_SHIFT, ports } from './ports.ts';
import { maskChanges, signalFlags, signalFrames, signalHandlers, signals } from './signals.ts';
import type { ScalarType, StructLayout } from './structs.ts';

/** A generated file. */
export interface GeneratedFile {
  /** Path below the include directory, with `/`. */
  readonly path: string;
  readonly text: string;
}

const banner = (what: string, from: string): string =>
  `/* ${what}\n * Generated from ${from} by images/abi/generate-c.ts: change those, not this. */\n`;

/** `ramfsBase` becomes `RAMFS_BASE`; `pic1Command` becomes `PIC1_COMMAND`; `E2BIG` stays what it is. */
function macroName(name: string): string {
  if (name === name.toUpperCase()) return name;
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();
}

/** Without a suffix, since assembler sources include the header too. */
function literal(value: number): string {
  return value > 255 ? `0x${value.toString(16)}` : `${value}`;
}

function define(prefix: string, name: string, value: number | string): string {
  const text = typeof value === 'number' ? literal(value) : `"${value}"`;
  return `#define NANVIX_${prefix}${macroName(name)} ${text}`;
}

function group(title: string, prefix: string, values: Readonly<Record<string, number | string>>): string {
  const lines = Object.entries(values).map(([name, value]) => define(prefix, name, value));
  return `/* ${title} */\n${lines.join('\n')}\n`;
}

const cTypes: Readonly<Record<ScalarType, string>> = {
  u8: 'uint8_t',
  i8: 'int8_t',
  u16: 'uint16_t',
  u32: 'uint32_t',
  i32: 'int32_t',
  u64: 'uint64_t',
};

function structDeclaration(layout: StructLayout): string {
  const tag = `struct nanvix_${layout.name}`;
  const fields = layout.fields.map((field) => {
    const array = field.count === undefined ? '' : `[${field.count}]`;
    return `    ${cTypes[field.type]} ${field.name}${array}; /* ${field.meaning} */`;
  });
  const offsets = layout.fields.map(
    (field) =>
      `_Static_assert(__builtin_offsetof(${tag}, ${field.name}) == ${field.offset}, "${layout.name}.${field.name}");`,
  );
  return [
    `/* ${layout.meaning} */`,
    `${tag} {`,
    ...fields,
    '} __attribute__((packed));',
    `_Static_assert(sizeof(${tag}) == ${layout.size}, "size of ${layout.name}");`,
    ...offsets,
    '',
  ].join('\n');
}

/** Constants that only Era M has. */
function eraMGroups(): readonly string[] {
  return [
    group('Directions of bulk data', 'BULK_', bulkOperations),
    group('Bundle of programs', 'BUNDLE_', bundle),
    group('Signals', 'SIGNAL_', signals),
    group('Flags of an action', 'SIGNAL_FLAG_', signalFlags),
    group('Handlers that are no address', 'SIGNAL_HANDLER_', signalHandlers),
    group('Changes of a mask', 'SIGNAL_MASK_', maskChanges),
    group('Frames of a signal', 'SIGNAL_FRAME_', signalFrames),
  ];
}

/** `nanvix/abi.h`: every constant and every structure of an era. The constants serve assembler sources too. */
export function abiHeader(era: Era): string {
  const { kernelCalls, trapVector, commandLine, structs } = eras[era];
  const numbers = Object.fromEntries(kernelCalls.map((call) => [call.name, call.number]));
  return [
    banner(`Constants and structures of the Nanvix guest ABI, Era ${era}.`, 'the tables of images/abi'),
    '#ifndef NANVIX_ABI_H\n#define NANVIX_ABI_H\n',
    group('Era: one of these is 1', 'ERA_', { S: era === 'S' ? 1 : 0, M: era === 'M' ? 1 : 0 }),
    group('Memory', '', { pageSize: PAGE_SIZE }),
    group('Registers at the start of the kernel', 'BOOT_', bootRegisters),
    group('Control page: physical addresses', 'CONTROL_', controlPage),
    group('Clock page', 'PVCLOCK_PAGE_', pvclockPage),
    group('Kernel image', 'KERNEL_', kernelImage),
    group('Initrd', 'INITRD_', initrd),
    group('Command line behind the initrd', 'COMMAND_LINE_', commandLine),
    group('Virtual addresses', '', addressMap),
    group('Segment selectors', 'SELECTOR_', selectors),
    group('I/O ports', 'PORT_', ports),
    group('Commands of the machine port', 'MACHINE_', { ...machineCommands, shift: MACHINE_COMMAND_SHIFT }),
    group('Interrupts', '', interrupts),
    group('Vector of kernel calls', 'TRAP_', { vector: trapVector }),
    group('Envelopes', 'ENVELOPE_', envelopeKinds),
    group('Types of messages', 'MESSAGE_', messageTypes),
    group('Headers of host messages', 'HOST_', hostHeaders),
    group('Processes and threads', 'PROCESS_', { ...processes, firstThread: FIRST_THREAD }),
    group('Page protection', 'PROTECTION_', protections),
    group('Capabilities', 'CAPABILITY_', capabilities),
    group('Access to I/O ports', 'PORT_ACCESS_', portAccess),
    group('Limits', 'LIMIT_', { ...limits, noTimeout: NO_TIMEOUT }),
    group('Tag of the ramfs region', 'RAMFS_TAG_', ramfsTag),
    group('Words of the kernel arguments', 'KERNEL_ARGUMENT_', kernelArgumentWords),
    group('Exit statuses the kernel chooses', 'EXIT_', exitStatuses),
    group('Error numbers', '', errno),
    group('Numbers of kernel calls', 'KCALL_', numbers),
    ...(era === 'M' ? eraMGroups() : []),
    '#ifndef __ASSEMBLER__\n#include <stdint.h>\n',
    structs.map(structDeclaration).join('\n'),
    '#endif\n#endif\n',
  ].join('\n');
}

/** C type of a stub's parameter, and how it becomes the word in the register. */
function parameter(type: ArgumentType): { readonly type: string; readonly pointer: boolean } {
  switch (type.kind) {
    case 'process-id':
    case 'thread-id':
    case 'exit-status':
    case 'signal':
    case 'mask-change':
      return { type: 'int32_t ', pointer: false };
    case 'signal-set':
      return { type: type.direction === 'in' ? 'const uint64_t *' : 'uint64_t *', pointer: true };
    case 'buffer':
      return { type: type.direction === 'in' ? 'const void *' : 'void *', pointer: true };
    case 'struct':
      return {
        type: `${type.direction === 'in' ? 'const ' : ''}struct nanvix_${type.struct} *`,
        pointer: true,
      };
    case 'word-out':
      return { type: 'uint32_t *', pointer: true };
    case 'mutex':
    case 'condition':
      return { type: 'const volatile void *', pointer: true };
    case 'capability':
    case 'switch':
    case 'size':
    case 'page-count':
    case 'address':
    case 'protection':
    case 'port':
    case 'port-access':
    case 'port-width':
    case 'port-value':
    case 'tag-low':
    case 'tag-high':
    case 'seconds':
    case 'nanoseconds':
      return { type: 'uint32_t ', pointer: false };
  }
}

function stub(call: KernelCall): string {
  const parameters = call.arguments.map((argument) => ({ name: argument.name, ...parameter(argument.type) }));
  const declared = parameters.map(({ name, type }) => `${type}${name}`).join(', ') || 'void';
  const words = parameters.map(({ name, pointer }) => `(uint32_t)${pointer ? '(uintptr_t)' : ''}${name}`);
  while (words.length < argumentRegisters.length) words.push('0');
  const trap = `nanvix_kcall(${call.number}, ${words.join(', ')})`;
  const head = `/* ${call.summary}${call.errors.length > 0 ? `; ${call.errors.join(', ')}` : ''} */`;
  return call.result === 'never'
    ? `${head}\nstatic inline _Noreturn void nanvix_${call.name}(${declared})\n{\n    ${trap};\n    __builtin_unreachable();\n}\n`
    : `${head}\nstatic inline int64_t nanvix_${call.name}(${declared})\n{\n    return ${trap};\n}\n`;
}

function trapFunction(name: string, vector: number, comment: string): string {
  return `/* ${comment} */
static inline int64_t ${name}(uint32_t number, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    int64_t result;

    __asm__ volatile("int $0x${vector.toString(16)}"
                     : "=A"(result), "+c"(b)
                     : "a"(number), "b"(a), "d"(c), "D"(d)
                     : "memory", "cc");
    return result;
}
`;
}

/** `nanvix/kcalls.h`: one static inline stub per kernel call of an era, for programs. */
export function kernelCallStubsHeader(era: Era): string {
  const { kernelCalls, trapVector } = eras[era];
  return [
    banner('Kernel calls, for programs.', 'images/abi/kernel-calls.ts'),
    '#ifndef NANVIX_KCALLS_H\n#define NANVIX_KCALLS_H\n\n#include <nanvix/abi.h>\n',
    '/* Every call answers EDX:EAX as one 64-bit number. It is negative exactly when the call failed, and is -errno\n' +
      ' * then, in the numbers of abi.h. EAX, ECX and EDX do not survive a call. */\n' +
      'static inline int nanvix_failed(int64_t result)\n{\n    return result < 0;\n}\n\n' +
      'static inline int nanvix_errno(int64_t result)\n{\n    return result < 0 ? (int)-result : 0;\n}\n',
    trapFunction('nanvix_kcall', trapVector, 'Any call.'),
    kernelCalls.map(stub).join('\n'),
    '#endif\n',
  ].join('\n');
}

/** `nanvix/kcall-table.h`: an X-macro list of the calls of an era, for the kernel's dispatcher. */
export function kernelCallTableHeader(era: Era): string {
  const rows = eras[era].kernelCalls.map(
    (call) => `    X(${call.number}, ${call.name}, ${call.arguments.length})`,
  );
  return [
    banner('Kernel calls as a list: X(number, name, number of arguments).', 'images/abi/kernel-calls.ts'),
    '#ifndef NANVIX_KCALL_TABLE_H\n#define NANVIX_KCALL_TABLE_H\n',
    `#define NANVIX_KCALL_TABLE(X) \\\n${rows.join(' \\\n')}\n`,
    '#endif\n',
  ].join('\n');
}

/** `nanvix/errno-table.h`: an X-macro list of the errors, for translating them to another libc's numbers by name. */
export function errnoTableHeader(): string {
  const rows = Object.entries(errno).map(([name, number]) => `    X(${name}, ${number})`);
  return [
    banner('Error numbers as a list: X(name, number).', 'errno.ts'),
    '#ifndef NANVIX_ERRNO_TABLE_H\n#define NANVIX_ERRNO_TABLE_H\n',
    `#define NANVIX_ERRNO_TABLE(X) \\\n${rows.join(' \\\n')}\n`,
    '#endif\n',
  ].join('\n');
}

/** All headers that guest sources of an era include. */
export function generatedHeaders(era: Era): readonly GeneratedFile[] {
  return [
    { path: 'nanvix/abi.h', text: abiHeader(era) },
    { path: 'nanvix/kcalls.h', text: kernelCallStubsHeader(era) },
    { path: 'nanvix/kcall-table.h', text: kernelCallTableHeader(era) },
    { path: 'nanvix/errno-table.h', text: errnoTableHeader() },
  ];
}
