/**
 * Names and call stacks of the guest, from the ELF files it was booted with.
 *
 * Start with {@link GuestSymbols}: address to name and back, and how to leave a frame. {@link callStack} walks with it.
 * How frames are found without frame pointers and unwind tables is told in stack-depth.ts.
 */
export { callStack, walkStart, type StackFrame, type WalkStart } from './call-stack.ts';
export { GuestSymbols, type ProgramSymbols, type SymbolSources } from './guest-symbols.ts';
export { namedAddresses } from '../../guest/elf/named-addresses.ts';
export { guestSymbols } from './of-guest.ts';
export { readProgramFile, type FileSymbol, type ProgramFile } from '../../guest/elf/program-file.ts';
export type { FrameRule } from './stack-depth.ts';
export { SymbolTable, type GuestSymbol, type SymbolicAddress } from '../../guest/elf/symbol-table.ts';
