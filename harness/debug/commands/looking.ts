/** Commands that show the guest and change nothing. */
import { hex } from '../../../emulator/hex.ts';
import { structs } from '../../../images/abi/structs.ts';
import { readStruct } from '../../../images/abi/layout.ts';
import { REGISTER_NAMES } from '../../../emulator/types.ts';
import { InputError } from '../../guest/errors.ts';
import { registerValues } from '../../snapshots/register-values.ts';
import { GuestView } from '../../look/trace/guest-view.ts';
import { formatFrame } from '../../look/trace/format.ts';
import { describeCall } from '../../look/trace/describe-call.ts';
import { formatOpenFile } from '../inspect/open-files.ts';
import { processText } from '../../guest/address-spaces.ts';
import type { RecordedCall } from '../history.ts';
import type { DebugSession } from '../session.ts';
import { addressFrom, countFrom, noMore, numberFrom } from './command.ts';
import type { CommandContext, DebugCommand } from './command.ts';
import { describeStop } from './describe-stop.ts';
import { parseExpression, registerFrom } from './expression.ts';
import { pathCommand } from './path.ts';

/** Who made a call: `4 app`, or the address space where nothing else is known. */
const callerText = ({ space, process }: RecordedCall): string =>
  process === undefined ? `cr3 ${hex(space)}` : processText({ ...process, order: 0 });

const LINE_BYTES = 16;
const DEFAULT_BYTES = 64;
const DEFAULT_INSTRUCTIONS = 8;
const SHOWN_MAXIMUM = 65_536;
const CALLS_SHOWN = 20;
const STRING_LIMIT = 4096;
const PAGING = 0x80000000;

function dump({ session, print }: CommandContext, address: number, length: number): void {
  if (length === 0) throw new InputError('0 bytes are nothing to show: give a length above 0');
  const bytes = session.machine.linear.readMapped(address, Math.min(length, SHOWN_MAXIMUM));
  if (bytes.length === 0) throw new InputError(`${hex(address)} is not mapped`);
  for (let at = 0; at < bytes.length; at += LINE_BYTES) {
    const line = bytes.subarray(at, at + LINE_BYTES);
    const digits = Array.from(line, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = Array.from(line, (byte) =>
      byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.',
    ).join('');
    print(`${hex(address + at)}  ${digits.padEnd(3 * LINE_BYTES - 1)}  ${text}`);
  }
}

function showRegisters({ session, print }: CommandContext, [which, ...more]: readonly string[]): void {
  noMore(more);
  const { registers } = session.machine;
  if (which === 'all') {
    for (const [name, value] of Object.entries(registerValues(registers)))
      print(`${name.padEnd(6)} ${value}`);
    return;
  }
  if (which !== undefined) {
    const register = registerFrom(which);
    if (register === undefined) throw new InputError(`no register is named ${which}: say all for every one`);
    print(valueText(session, registers.get(register)));
    return;
  }
  const row = (names: readonly Parameters<typeof registers.get>[0][]): string =>
    names.map((name) => `${name} ${registers.get(name).toString(16).padStart(8, '0')}`).join('  ');
  print(row(['eax', 'ebx', 'ecx', 'edx']));
  print(row(['esi', 'edi', 'ebp', 'esp']));
  print(row(['eip', 'eflags']));
  const segments = (['cs', 'ss', 'ds', 'es', 'fs', 'gs'] as const).map(
    (name) => `${name} ${hex(registers.segment(name))}`,
  );
  print(`${segments.join('  ')}  ring ${registers.privilege}`);
  print(([0, 2, 3, 4] as const).map((index) => `cr${index} ${hex(registers.control(index))}`).join('  '));
}

/** `0xffffffff  4294967295  -1`, and the symbol around the address it may be. */
function valueText(session: DebugSession, value: number): string {
  const symbol = session.describe(value);
  return [
    hex(value),
    String(value),
    ...(value >= 2 ** 31 ? [String(value | 0)] : []),
    ...(symbol === undefined ? [] : [`<${symbol}>`]),
  ].join('  ');
}

function showStack({ session, print }: CommandContext, [tid]: readonly string[]): void {
  const stack =
    tid === undefined ? session.callStack() : session.callStackOf(numberFrom(tid, 'the number of a thread'));
  for (const [index, one] of stack.entries()) print(`#${index} ${formatFrame(one)}`);
}

function showStructure({ session, print }: CommandContext, words: readonly string[]): void {
  const [name, address] = words;
  const layout = structs.find((one) => one.name === name);
  if (layout === undefined) {
    throw new InputError(
      `no structure is named ${name ?? '(nothing)'}: ${structs.map((one) => one.name).join(', ')}`,
    );
  }
  const at = addressFrom(session, address);
  const bytes = session.machine.linear.readMapped(at, layout.size);
  if (bytes.length < layout.size)
    throw new InputError(`${layout.size} bytes at ${hex(at)} are not all mapped`);
  const fields: Readonly<Record<string, unknown>> = readStruct(
    layout,
    new DataView(bytes.buffer, bytes.byteOffset),
  );
  for (const [field, value] of Object.entries(fields)) {
    const text = Array.isArray(value)
      ? value.join(' ')
      : `${String(value)} (${hex(value as number | bigint)})`;
    print(`${field.padEnd(16)} ${text}`);
  }
}

function showPages({ session, print }: CommandContext, words: readonly string[]): void {
  const from = words[0] === undefined ? 0 : addressFrom(session, words[0]);
  if ((session.machine.registers.control(0) & PAGING) === 0)
    throw new InputError('paging is off: every address is a physical one');
  let start: { linear: number; physical: number; end: number; flags: string } | undefined;
  const flush = (): void => {
    if (start !== undefined)
      print(`${hex(start.linear)}-${hex(start.end)} -> ${hex(start.physical)} ${start.flags}`);
  };
  for (const page of session.machine.linear.mappings()) {
    if (page.linear + page.size <= from) continue;
    const flags = `${page.user ? 'user' : 'kernel'} ${page.writable ? 'rw' : 'r-'}`;
    if (
      start?.end === page.linear &&
      start.flags === flags &&
      start.physical + (start.end - start.linear) === page.physical
    ) {
      start.end = page.linear + page.size;
    } else {
      flush();
      start = { linear: page.linear, physical: page.physical, end: page.linear + page.size, flags };
    }
  }
  flush();
}

export const lookingCommands: readonly DebugCommand[] = [
  {
    name: 'where',
    help: 'show where the guest stands and why',
    run: ({ session, print }) => {
      print(describeStop(session, session.last));
    },
  },
  {
    name: 'registers',
    aliases: ['r', 'regs'],
    usage: '[NAME|all]',
    help: 'show the registers, one of them, or all with x87 and SSE',
    complete: () => ['all', ...REGISTER_NAMES],
    run: showRegisters,
  },
  {
    name: 'print',
    aliases: ['p'],
    usage: 'EXPRESSION...',
    help: 'show a value: numbers, $registers, symbols, *memory, + and -, parentheses',
    run: ({ session, print }, words) => {
      if (words.length === 0) throw new InputError('print what: give an expression such as *counter+4');
      print(valueText(session, parseExpression(session, words.join(' '))()));
    },
  },
  {
    name: 'stack',
    aliases: ['bt', 'backtrace'],
    usage: '[THREAD]',
    help: 'show the call stack, of the thread that runs or of another',
    run: showStack,
  },
  {
    name: 'memory',
    aliases: ['x'],
    usage: 'ADDRESS [LENGTH]',
    help: 'show memory in hexadecimal and as text',
    run: (context, [address, length]) => {
      const bytes = length === undefined ? DEFAULT_BYTES : numberFrom(length, 'a length');
      dump(context, addressFrom(context.session, address), bytes);
    },
  },
  {
    name: 'string',
    usage: 'ADDRESS',
    help: 'show a string that ends with a zero byte',
    run: ({ session, print }, [address]) => {
      const view = new GuestView(session.machine.linear, undefined, { stringLimit: STRING_LIMIT });
      print(view.quotedString(addressFrom(session, address)));
    },
  },
  {
    name: 'struct',
    usage: 'NAME ADDRESS',
    help: "show a structure of the kernel's interface",
    complete: () => structs.map(({ name }) => name),
    run: showStructure,
  },
  {
    name: 'disassemble',
    aliases: ['dis'],
    usage: '[ADDRESS] [COUNT]',
    help: 'show instructions',
    run: ({ session, print }, [address, count]) => {
      const at = address === undefined ? session.machine.registers.get('eip') : addressFrom(session, address);
      const shown = count === undefined ? DEFAULT_INSTRUCTIONS : countFrom(count);
      const found = session.disassemble(at, Math.min(shown, SHOWN_MAXIMUM));
      if (found.length === 0) throw new InputError(`${hex(at)} is not mapped`);
      for (const one of found) {
        const symbol = session.describe(one.address);
        print(`${hex(one.address)}${symbol === undefined ? '' : ` <${symbol}>`}: ${one.text}`);
      }
    },
  },
  pathCommand,
  { name: 'pages', usage: '[FROM]', help: 'show what the page tables map', run: showPages },
  {
    name: 'threads',
    help: "show the kernel's threads",
    run: ({ session, print }) => {
      const { threads } = session;
      if (threads === undefined) throw new InputError("the kernel's table of threads is not known here");
      for (const { tid, state, saved, process } of threads) {
        const eip = saved?.general.eip;
        const owner = process === undefined ? '' : `  process ${process.pid}`;
        const [inner] = saved === undefined ? [] : session.callStackOf(tid, 1);
        const name = inner?.function === undefined ? '' : `${inner.function}+${hex(inner.offset ?? 0)}`;
        print(`${tid}  ${state}${owner}${eip === undefined ? '' : `  ${hex(eip)} ${name}`}`);
      }
    },
  },
  {
    name: 'processes',
    help: 'show the processes, where there are several: number, program, address space, calls made',
    run: ({ session, print }) => {
      const { processes } = session;
      if (processes.length === 0) throw new InputError('this guest has one process');
      for (const process of processes) {
        const { space, state, calls } = process;
        print(`${processText(process)}  ${state}  cr3 ${hex(space)}  ${calls} calls`);
      }
    },
  },
  {
    name: 'files',
    help: 'show the files the program has open: path, offset, flags',
    run: ({ session, print }) => {
      const files = session.openFiles;
      if (files === undefined) {
        throw new InputError(
          "the program's table of open files is not known here: it is not loaded yet, is stripped, or has another POSIX layer",
        );
      }
      for (const one of files) print(formatOpenFile(one));
    },
  },
  {
    name: 'calls',
    usage: '[COUNT]',
    help: 'list the last kernel calls before here',
    run: ({ session, print }, [count]) => {
      const shown = count === undefined ? CALLS_SHOWN : countFrom(count);
      const calls = session.callsSoFar;
      const areSeveral = session.processes.length > 0;
      for (const call of calls.slice(Math.max(0, calls.length - shown))) {
        const owner = areSeveral ? `${callerText(call)}  ` : '';
        print(`[${call.instructions}] ${owner}${call.name}(${call.arguments.map(hex).join(', ')})`);
      }
    },
  },
  {
    name: 'show',
    help: 'show the kernel call the guest stands at, decoded',
    run: ({ session, print }) => {
      if (session.call === undefined) throw new InputError('the guest does not stand at a kernel call');
      print(describeCall(session.callPlace, session.call));
    },
  },
  {
    name: 'symbol',
    usage: 'ADDRESS|NAME',
    help: 'explain an address, or find a symbol',
    run: ({ session, print }, [address]) => {
      const at = addressFrom(session, address);
      print(`${hex(at)} ${session.describe(at) ?? 'no symbol'}`);
    },
  },
];
