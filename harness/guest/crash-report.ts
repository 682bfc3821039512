/** Puts together what is known about a guest that cannot go on, and prints it for people. */
import { hex, hex32 } from '../../emulator/hex.ts';
import type { MachineCrash } from '../../emulator/types.ts';
import { addressMap } from '../../images/abi/memory-map.ts';
import { loadedSymbols, placeText } from './elf/symbol-table.ts';
import type { CrashReport, KernelCall } from './stop.ts';

/** A program of a bundle. */
export interface NamedProgram {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Number of its process, where its place in the bundle tells it. */
  readonly pid?: number;
  /** A file with its symbols, where it is stripped itself. */
  readonly symbolFile?: Uint8Array;
}

/** The ELF files that symbols come from; read only when they are needed. */
export interface SymbolSource {
  readonly kernel: () => Uint8Array | undefined;
  /** Of a bundle the last, which is the application where the others are daemons. */
  readonly program: () => Uint8Array | undefined;
  /** The programs of a bundle, in their order; none where the guest has one program. */
  readonly bundled?: () => readonly NamedProgram[];
  /** SHA-256 of each, in hex; undefined where there is none. */
  readonly sha256: Readonly<Record<'kernel' | 'program', string | undefined>>;
}

export interface CrashContext {
  readonly symbols: SymbolSource;
  readonly recentCalls: readonly KernelCall[];
  readonly console: string;
}

/** Lines of the console that a report keeps. */
const TAIL_LINES = 12;

export function crashReport(cause: MachineCrash, context: CrashContext): CrashReport {
  const symbol = symbolAt(cause.registers.eip, context.symbols);
  return {
    message: `${cause.message}, at ${hex32(cause.registers.eip)}${symbol === undefined ? '' : ` (${symbol})`}`,
    registers: cause.registers,
    ...(symbol === undefined ? {} : { symbol }),
    faultAddress: cause.faultAddress,
    recentCalls: context.recentCalls,
    consoleTail: context.console.trimEnd().split('\n').slice(-TAIL_LINES).join('\n'),
  };
}

function symbolAt(address: number, symbols: SymbolSource): string | undefined {
  const what = address < addressMap.userBase ? 'kernel' : 'program';
  const file = symbols[what]();
  if (file === undefined) return undefined;
  const found = loadedSymbols(file, what === 'program' ? addressMap.programBase : 0).at(address);
  return found === undefined ? undefined : placeText(found);
}

/** `mmap(0x1, 0x60000000, 0x1, 0x6)`. */
export function formatCall(call: KernelCall): string {
  return `${call.name}(${call.arguments.map(hex).join(', ')})`;
}

/** The report as lines for a terminal. */
export function formatCrashReport(report: CrashReport): string {
  const registers = Object.entries(report.registers).map(([name, value]) => `${name} ${hex32(value)}`);
  const lines = [
    report.message,
    `  ${registers.slice(0, 5).join('  ')}`,
    `  ${registers.slice(5).join('  ')}  cr2 ${hex32(report.faultAddress)}`,
  ];
  if (report.recentCalls.length > 0) {
    lines.push(
      'last kernel calls:',
      ...report.recentCalls.map((call) => `  #${call.index} ${formatCall(call)}`),
    );
  }
  if (report.consoleTail !== '') {
    lines.push('end of the kernel console:', ...report.consoleTail.split('\n').map((line) => `  ${line}`));
  }
  return lines.join('\n');
}
