/**
 * Names for every address of a guest: the kernel's below the user's addresses, the program's above.
 *
 * Built from ELF files, never from guest memory, so it stays valid over snapshots and restores. A stripped file
 * contributes nothing, and everything that asks gets undefined. Analyses are made on demand and kept.
 */
import { addressMap } from '../../../images/abi/memory-map.ts';
import type { NamedProgram } from '../../guest/crash-report.ts';
import { CodeReader } from './code-reader.ts';
import { readProgramFile, type ProgramFile } from '../../guest/elf/program-file.ts';
import { analyseFunction, type FrameRule, type FunctionFrames } from './stack-depth.ts';
import {
  placeText,
  SymbolTable,
  type GuestSymbol,
  type SymbolicAddress,
} from '../../guest/elf/symbol-table.ts';

/** The ELF files of a guest; a file with symbols may stand for the stripped one that runs, if their addresses agree. */
export interface SymbolSources {
  readonly kernel?: Uint8Array;
  readonly program?: Uint8Array;
  /** The programs of a guest that runs several, in their order; `program` is then the one that names are looked up in first. */
  readonly bundled?: readonly NamedProgram[];
}

/** A program among several, with its names. */
export interface ProgramSymbols extends NamedProgram {
  readonly symbols: GuestSymbols;
}

interface Module {
  readonly file: ProgramFile;
  readonly bias: number;
  readonly table: SymbolTable;
  /** The same names at the file's own addresses, for reading its code. */
  readonly fileTable: SymbolTable;
  readonly code: CodeReader;
  readonly frames: Map<number, FunctionFrames>;
}

const COLD_SUFFIX = /\.cold(\.\d+)?$/;
const CALL_RELATIVE = 0xe8;
const CALL_INDIRECT = 0xff;

function loadModule(bytes: Uint8Array, base: number): Module {
  const file = readProgramFile(bytes);
  const bias = file.relocatable ? base : 0;
  const table = new SymbolTable(file, bias);
  const fileTable = bias === 0 ? table : new SymbolTable(file);
  return { file, bias, table, fileTable, code: new CodeReader(file), frames: new Map() };
}

/** Length of the indirect call that ends at the end of `bytes` (the last 7 bytes before a return address), or 0. */
function indirectCallLength(bytes: readonly number[]): number {
  const lengths = [2, 3, 4, 6, 7];
  for (const length of lengths) {
    const opcode = bytes[bytes.length - length];
    const modrm = bytes[bytes.length - length + 1] ?? 0;
    if (opcode !== CALL_INDIRECT || ((modrm >> 3) & 7) !== 2) continue;
    const mode = modrm >> 6;
    const rm = modrm & 7;
    if (mode === 3) {
      if (length === 2) return length;
      continue;
    }
    const sib = rm === 4 ? 1 : 0;
    const displacement = mode === 1 ? 1 : mode === 2 || (mode === 0 && rm === 5) ? 4 : 0;
    if (length === 2 + sib + displacement) return length;
  }
  return 0;
}

export class GuestSymbols {
  #kernel: Module | undefined;
  readonly #program: Module | undefined;
  readonly #bundled: readonly NamedProgram[];
  #programs: readonly ProgramSymbols[] | undefined;
  #kernelOnly: GuestSymbols | undefined;

  constructor({ kernel, program, bundled = [] }: SymbolSources) {
    this.#kernel = kernel === undefined ? undefined : loadModule(kernel, 0);
    this.#program = program === undefined ? undefined : loadModule(program, addressMap.programBase);
    this.#bundled = bundled.length > 1 ? bundled : [];
  }

  /** The programs of a guest that runs several, each with names of its own; none where it has one. Those of one file share them. */
  get programs(): readonly ProgramSymbols[] {
    this.#programs ??= this.#readPrograms();
    return this.#programs;
  }

  /** The names of one of {@link programs} and of the kernel; where there are not several, these. */
  ofProgram(index: number | undefined): GuestSymbols | undefined {
    if (this.#bundled.length === 0) return this;
    return index === undefined ? undefined : this.programs[index]?.symbols;
  }

  /** The symbol around an address. */
  at(address: number): SymbolicAddress | undefined {
    return this.#moduleAt(address)?.table.at(address);
  }

  /** A symbol by name: the program's first, then the kernel's. */
  named(name: string): GuestSymbol | undefined {
    return this.#program?.table.named(name) ?? this.#kernel?.table.named(name);
  }

  /** Names of one side only, for those who must not mix them. */
  get kernel(): SymbolTable | undefined {
    return this.#kernel?.table;
  }

  get program(): SymbolTable | undefined {
    return this.#program?.table;
  }

  /** `name`, `name+0x12`, or undefined where nothing is known. */
  describe(address: number): string | undefined {
    const found = this.at(address);
    return found === undefined ? undefined : placeText(found);
  }

  /** Which file an address belongs to, and the address as that file has it. */
  inFile(address: number): { readonly file: 'kernel' | 'program'; readonly address: number } {
    const file = address < addressMap.userBase ? 'kernel' : 'program';
    return { file, address: address - (this.#moduleAt(address)?.bias ?? 0) };
  }

  /**
   * How to leave the frame that an address is in.
   *
   * @param afterCall True for a return address, whose call has not come back yet.
   */
  frameRule(address: number, afterCall: boolean): FrameRule | undefined {
    const module = this.#moduleAt(address);
    const found = module?.table.at(afterCall ? address - 1 : address)?.symbol;
    if (module === undefined || found === undefined) return undefined;
    const fileAddress = address - module.bias;
    for (const owner of this.#owners(module, found)) {
      const frames = this.#framesOf(module, owner);
      const rule = afterCall ? frames.ruleOfCallBefore(fileAddress) : frames.ruleAt(fileAddress);
      if (rule !== undefined) return rule;
    }
    return undefined;
  }

  /** True for an address in an executable part of a file; where no file says, for any. */
  isCode(address: number): boolean {
    const module = this.#moduleAt(address);
    if (module === undefined || module.file.segments.length === 0) return address !== 0;
    const at = address - module.bias;
    return module.file.segments.some(
      (segment) => segment.executable && at >= segment.address && at < segment.address + segment.memoryBytes,
    );
  }

  /** Addresses of the RET instructions of a function of the program or kernel, ascending. */
  returnsOf(symbol: GuestSymbol): readonly number[] {
    const module = this.#moduleAt(symbol.address);
    if (module === undefined) return [];
    const start = symbol.address - module.bias;
    return module.code.returnInstructions({ ...symbol, address: start }).map((at) => at + module.bias);
  }

  /** True if the bytes in memory before an address are a call: it may be a return address. */
  followsCall(address: number, word: (address: number) => number | undefined): boolean {
    if (address < 8 || !this.isCode(address)) return false;
    const low = word(address - 8);
    const high = word(address - 4);
    if (low === undefined || high === undefined) return false;
    const bytes = [low, high].flatMap((value) => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff));
    if (bytes[3] === CALL_RELATIVE && this.isCode((address + high) >>> 0)) return true;
    return indirectCallLength(bytes.slice(1)) > 0;
  }

  /** The kernel's names alone. */
  get kernelOnly(): GuestSymbols {
    return (this.#kernelOnly ??= this.#withProgram(undefined));
  }

  #readPrograms(): readonly ProgramSymbols[] {
    const made: ProgramSymbols[] = [];
    for (const source of this.#bundled) {
      const same = made.find(
        ({ bytes, symbolFile }) =>
          symbolFile === source.symbolFile && Buffer.compare(bytes, source.bytes) === 0,
      );
      made.push({
        ...source,
        symbols: same?.symbols ?? this.#withProgram(source.symbolFile ?? source.bytes),
      });
    }
    return made;
  }

  /** The same kernel with another program. */
  #withProgram(file: Uint8Array | undefined): GuestSymbols {
    const symbols = new GuestSymbols(file === undefined ? {} : { program: file });
    symbols.#kernel = this.#kernel;
    return symbols;
  }

  #moduleAt(address: number): Module | undefined {
    return address < addressMap.userBase ? this.#kernel : this.#program;
  }

  /** The functions whose frames an address may belong to: compilers move rare code to a part named `f.cold`. */
  #owners(module: Module, symbol: GuestSymbol): readonly GuestSymbol[] {
    const fileSymbol = { ...symbol, address: symbol.address - module.bias };
    if (!COLD_SUFFIX.test(symbol.name)) return [fileSymbol];
    return module.fileTable.allNamed(symbol.name.replace(COLD_SUFFIX, ''));
  }

  #framesOf(module: Module, owner: GuestSymbol): FunctionFrames {
    let frames = module.frames.get(owner.address);
    if (frames === undefined) {
      frames = analyseFunction(owner, module.fileTable, module.code);
      module.frames.set(owner.address, frames);
    }
    return frames;
  }
}
