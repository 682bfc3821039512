/**
 * Everything this project knows of v86's inside: names, addresses, layouts. No other file holds such a number.
 *
 * Valid for the npm package v86 0.5.462 alone. Function names and instruction patterns are checked one by one
 * when v86.wasm is rewritten (rewrite.ts), addresses when an instance starts (instance.ts): an upgrade of the
 * package fails there with a message, never silently. Sources: v86's src/rust/cpu/global_pointers.rs, src/const.js
 * and the binary itself.
 */

import type { WorkKind } from '../types.ts';

export const V86_VERSION = '0.5.462';

/** Bytes of node_modules/v86/build/v86.wasm in that version. */
export const V86_WASM_LENGTH = 2_101_621;

/** SHA-256 of those bytes as rewrite.ts makes them: names the rewrite exactly, so that its result can be kept. */
export const REWRITTEN_SHA256 = '6e10581c7466dbc0efcc78b719af48c327f779bc7fb5ed2f14b60b3838512e02';

/** Bytes of a page of the guest. */
export const PAGE = 4096;

/** Addresses in v86's linear memory of what its processor keeps at fixed places. */
export const Address = {
  registers: 64,
  lastOperationSize: 96,
  flagsChanged: 100,
  lastOperand: 104,
  stateFlags: 108,
  lastResult: 112,
  flags: 120,
  segmentAccessBytes: 512,
  acpiEnabled: 552,
  instructionPointer: 556,
  previousInstructionPointer: 560,
  idtLimit: 564,
  idtBase: 568,
  gdtLimit: 572,
  gdtBase: 576,
  control: 580,
  privilege: 612,
  inHalt: 616,
  lastVirtualPage: 620,
  physicalPageOfInstruction: 624,
  prefixes: 648,
  instructionCounter: 664,
  segmentSelectors: 668,
  debugRegisters: 684,
  segmentIsNull: 724,
  segmentBases: 736,
  segmentLimits: 768,
  protectedMode: 800,
  is32: 804,
  stackIs32: 808,
  memorySize: 812,
  fpuStackEmpty: 816,
  mxcsr: 824,
  xmm: 832,
  timestampAtCapture: 960,
  pageDirectoryPointers: 968,
  fpuStackTop: 1032,
  fpuControl: 1036,
  fpuStatus: 1040,
  fpuOpcode: 1044,
  fpuInstructionPointer: 1048,
  fpuInstructionSelector: 1052,
  fpuDataPointer: 1056,
  fpuDataSelector: 1060,
  tss32: 1128,
  sseScratch: 1136,
  fpuRegisters: 1152,
  /** First byte after the processor's fixed places. */
  processorEnd: 1280,

  jitBlockBoundary: 37376,
  jitDisabled: 49177,
  jitExitReason: 35472,
  timestampOffset: 37352,
  timestampLast: 37360,
  /** One word per virtual page: a pointer to the table of compiled entry points, or 0. */
  tlbCode: 49180,
  /** The list of virtual pages with an entry, which is moved here (more-translations.ts), and their number. */
  validTlbEntries: 9_568_256,
  validTlbCount: 4243744,
  /** One word per virtual page: physical page plus base of guest RAM, xor virtual page, or flags. */
  tlbData: 4283748,
  /** Pointer to guest RAM. */
  guestRam: 8478052,
} as const;

/** Where v86's list of virtual pages with an entry is before it is moved, and for how many of them it has room. */
export const OldTranslationList = { start: 4243748, room: 10_000 } as const;

/**
 * How many translations are remembered: those of 512 MiB. Each number of the list takes three bytes of WebAssembly then, as it did; and
 * v86 goes through all of the list when a page comes to hold code, or no code any more.
 */
export const TRANSLATIONS_REMEMBERED = 2 ** 17;

/**
 * The lowest 64 bytes of v86's memory are unused by it (nothing may live near the null pointer); the rewrite keeps
 * its own words there.
 */
export const Own = {
  /** 256 bits: vectors whose software interrupts call out. */
  trapBitmap: 0,
  /** Low 32 bits of the instruction count at which the main loop comes back. */
  limit: 32,
  /** The limit that the compiled function now running was entered with. */
  base: 36,
  /** In which period of instructions the interpreter last looked for compiled code at a jump backwards. */
  period: 40,
  /** Address of a byte per page of guest RAM, set when the page may have been written. */
  dirtyMap: 44,
  /**
   * Bit 0: call out after an IRET that enters an outer ring. Bit 1: in the page in bits 12 to 31, the only one in which instructions are
   * watched for, run no code but that of {@link SLOTS_FOR_PROBES}.
   */
  observe: 48,
  /** Byte: what STI holds interrupts off for: 2 during STI itself, 1 during the instruction after it, then 0. */
  shadow: 52,
  /** Byte: 1 while instructions are watched for. */
  probing: 53,
  /** Byte: 1 while memory is watched; nothing compiled is run then. */
  watching: 54,
  /** Byte: 1 while an instruction is compiled whose operand in memory must be aligned to 16 bytes. */
  aligned: 55,
  /** Address of {@link ProbeMap}. */
  probeMap: 56,
  /** The linear address of the memory access that is being called out for. */
  accessAddress: 60,
  end: 64,
} as const;

/** The bits of v86's prefixes; `segment` is the number of a segment and 1, or 0. */
export const Prefix = {
  segment: 0x07,
  repeat: 0x08,
  repeatNot: 0x10,
  operandSize: 0x20,
  addressSize: 0x40,
} as const;

/**
 * Addresses between the processor's fixed places and v86's constants, which nothing of v86 uses: where the x87 puts what it needs
 * within one instruction, and the names of its functions, which compiled code is told by address.
 */
export const X87Area = {
  /** What v86's functions answer that can fault: 0 or not in the first word, then the value. */
  answer: 1280,
  /** A number as a register holds it, left by {@link SoftFloat}. */
  result: 1296,
  /** An operand of memory, as a register would hold it. */
  widened: 1312,
  /** The operand of an instruction that TypeScript executes, as it is in memory. */
  operand: 1328,
  operandLength: 112,
  /** Byte: the last result was rounded to one of larger magnitude. */
  roundedUp: 1440,
  /** v86's description of a memory operand, while code is generated. */
  modrm: 1448,
  names: 1488,
  end: 4096,
} as const;

/** A word in the same area: while code is generated, how many instructions of the block are still to be generated. */
export const INSTRUCTIONS_LEFT = 1444;

/**
 * Where what is looked up of a selector is left, in the place of {@link X87Area.operand}: no instruction needs both. First whether it was
 * found, as {@link Found} of `protection/rules.ts` has it, or 2 in the lowest byte where a page was missing; then the descriptor.
 */
export const DescriptorArea = {
  start: X87Area.operand,
  found: 0,
  pageFault: 2,
  descriptor: 8,
  /** Byte, absolute: the IRET being done has an operand size of 16 bits. */
  returnIsNarrow: X87Area.operand + 32,
} as const;

/** Berkeley's SoftFloat in v86: where it says what was exceptional, how it counts precision. */
export const SoftFloat = {
  flags: 8478056,
  overflow: 4,
  extendedPrecision: 80,
  doublePrecision: 64,
} as const;

/** Where an exception that ends compiled code stands: its vector. */
export const JIT_EXCEPTION_VECTOR = 37372;

/** Numbers of v86's types of functions that compiled code calls. */
export const CompiledCall = { word: 1, twoWords: 2, longAndWord: 12 } as const;

/**
 * A compiled function: the number of its type, behind all that v86 writes into a module, and those of its first locals, which are its
 * parameters as far as `handedOver` goes (calling-convention.ts).
 */
export const CompiledFunction = {
  type: 21,
  /** The block at which the function is entered; free once that has been gone to. */
  entry: 0,
  /** Instructions counted less the limit: negative. */
  count: 1,
  /** The first of the registers, which come in the order given next. */
  registers: 2,
  /** ESP, EBP and EAX first: nearly every function and its callers use them. */
  order: [4, 5, 0, 3, 6, 7, 1, 2],
  /** How many of the registers are parameters: with entry and count as many words as V8 passes in registers on x64. */
  handedOver: 3,
  /** By how many instructions the count is ahead. */
  ahead: 10,
} as const;

/** Of an address, to its page. */
export const PAGE_SHIFT = 12;

/**
 * Where instructions are watched for: a map of 4096 bits, one per offset in a page, of those before which compiled code can be
 * left; and a byte per address, at {@link watchedIndex}, not zero where the instruction is watched for now.
 */
export const ProbeMap = {
  exits: 0,
  exitsLength: 512,
  watched: 512,
  watchedLength: 65536,
  length: 66048,
} as const;

/** Places for compiled functions in the table. */
export const TABLE_SLOTS = 900;

/** 64-bit counts behind {@link ProbeMap}, by the main loop, for whoever measures; no part of any machine's state. */
export const Tally = {
  /** Instructions interpreted. */
  interpreted: ProbeMap.length,
  /** How often the main loop entered compiled code. */
  entries: ProbeMap.length + 8,
  /** How often it interpreted a stretch. */
  stretches: ProbeMap.length + 16,
  length: 24,
} as const;

/**
 * Where the byte of a linear address stands among those of {@link ProbeMap.watched}. No two addresses in 64 KiB share one, and
 * the same place in a kernel and in a program does not either.
 */
export const watchedIndex = (address: number): number => (address ^ (address >>> 16)) & 0xffff;

/** Behind {@link Tally} a byte per slot of compiled code: 1 where that code ends before all instructions watched for now. */
export const SLOTS_FOR_PROBES = ProbeMap.length + Tally.length;

/** Behind those, a word: instructions interpreted in a page before it is compiled. */
export const COMPILE_THRESHOLD = (SLOTS_FOR_PROBES + TABLE_SLOTS + 3) & ~3;

/**
 * Behind that, where instructions executed one by one stood: a word each with the linear address, then a byte each with the ring.
 * Not part of any machine's state either.
 */
const STEPS_LOGGED = 4096;
export const StepLogArea = {
  capacity: STEPS_LOGGED,
  addresses: COMPILE_THRESHOLD + 4,
  rings: COMPILE_THRESHOLD + 4 + 4 * STEPS_LOGGED,
  end: COMPILE_THRESHOLD + 4 + 5 * STEPS_LOGGED,
} as const;

/**
 * Behind that, a byte per address, at a hash of it: not zero where the limit has stopped the interpreter within a block, which
 * goes on there once.
 */
export const Resumed = { start: StepLogArea.end, length: 4096 } as const;

/**
 * Behind that, a byte per instruction that counts how often it was interpreted, up to 255, at a hash of its physical address: one for two
 * bytes of 4 MiB, which is more code than nearly all guests have.
 */
const COUNTS = { start: Resumed.start + Resumed.length, length: 2 ** 21, shift: 1 } as const;
export const Executed = {
  counts: COUNTS.start,
  length: COUNTS.length,
  shift: COUNTS.shift,
  /** A byte per slot of compiled code: 1 where this machine has compiled it. */
  slotsFromHere: COUNTS.start + COUNTS.length,
  /** Word: while a page is compiled, the physical address at which it was entered last. */
  entry: COUNTS.start + COUNTS.length + TABLE_SLOTS,
  /** Byte: while a page is compiled, the count that its other instructions must have. */
  enough: COUNTS.start + COUNTS.length + TABLE_SLOTS + 4,
  end: COUNTS.start + COUNTS.length + TABLE_SLOTS + 5,
} as const;

/**
 * Behind that, the instructions that were found to reach the end of their page: a physical address and the first bytes there, at a hash of
 * the page.
 */
export const PageEnds = { start: (Executed.end + 3) & ~3, count: 256 } as const;

/** Bytes of {@link ProbeMap} and all that stands behind it. */
export const OWN_MAPS_LENGTH = PageEnds.start + 8 * PageEnds.count;

export const Observe = { interruptReturn: 1, interpretPage: 2 } as const;

/** Numbers that the rewritten code hands to the io_port_read32 import, above all real ports. */
export const CallOut = {
  softwareInterrupt: 0x10000,
  interruptReturn: 0x20000,
  /** Added to it: an IRET is about to be done, in whatever ring. */
  beforeReturn: 1,
  /** The instruction at EIP may be one that is watched for. */
  instruction: 0x30000,
  /** An exception or a hardware interrupt has just entered its handler. Plus the vector. */
  interrupted: 0x40000,
  /** Plus 1 for a write. */
  memoryAccess: 0x50000,
} as const;

/** The functions into which reading the time stamp counter is inlined. */
export const TIMESTAMP_READERS = [
  'readTsc',
  'setTsc',
  'storeTsc',
  'resetCpu',
  'rdtsc',
  'wrmsr',
  'rdmsr',
] as const satisfies readonly (keyof typeof FunctionName)[];

/**
 * v86's hash table of pages that it interprets, each with its heat: what it compares with a threshold to compile a page.
 * `control` is the address of a pointer to a byte per bucket, of which the highest bit says that it is empty, `mask` the
 * address of the number of buckets less one; the buckets lie below those bytes, the first one uppermost.
 */
export const HeatTable = {
  control: 4243664,
  mask: 4243668,
  bucketBytes: 48,
  heatInBucket: 8,
  empty: 0x80,
  /** More than any threshold. */
  enough: 0x4000_0000,
} as const;

export const TlbFlag = {
  valid: 1,
  readOnly: 2,
  noUser: 4,
  inMappedRange: 8,
  global: 16,
  hasCode: 32,
} as const;

/** What v86 knows of the compiled code of a page: a word of 16 bits per offset that names an entry, or none; then this. */
export const CompiledTable = { slot: 8192, stateFlags: 8194 } as const;

/** Compiled functions stand in the table from here on. */
export const TABLE_OFFSET = 1024;

/** Index of `set_jit_config`. */
export const JitConfig = { disabled: 0, maxPages: 1, loopSafety: 2 } as const;

/** Mangled names of the functions that the rewrite touches or calls; each must exist exactly once. */
export const FunctionName = {
  mainLoop: 'main_loop',
  interpret: '_RNvNtNtCslOG1uufA09K_3v863gen11interpreter3run',
  generateModule: '_RNvNtCslOG1uufA09K_3v863jit19jit_generate_module',
  analyzeAndGenerate: '_RNvNtCslOG1uufA09K_3v863jit24jit_analyze_and_generate',
  followJump: '_RNvNvNtCslOG1uufA09K_3v863jit21jit_find_basic_blocks11follow_jump',
  analyze: '_RNvNtNtCslOG1uufA09K_3v863gen8analyzer8analyzer',
  generateInstruction: '_RNvNtNtCslOG1uufA09K_3v863gen3jit3jit',
  updateInstructionCounter: '_RNvNtCslOG1uufA09K_3v867codegen30gen_update_instruction_counter',
  moveRegistersToMemory: '_RNvNtCslOG1uufA09K_3v867codegen40gen_move_registers_from_locals_to_memory',
  setEipLowBits: '_RNvNtCslOG1uufA09K_3v867codegen20gen_set_eip_low_bits',
  constI32: '_RNvMs4_NtNtCslOG1uufA09K_3v867wasmgen12wasm_builderNtB5_11WasmBuilder9const_i32',
  getLocal: '_RNvMs4_NtNtCslOG1uufA09K_3v867wasmgen12wasm_builderNtB5_11WasmBuilder9get_local',
  setLocal: '_RNvMs4_NtNtCslOG1uufA09K_3v867wasmgen12wasm_builderNtB5_11WasmBuilder9set_local',
  ifVoid: '_RNvMs4_NtNtCslOG1uufA09K_3v867wasmgen12wasm_builderNtB5_11WasmBuilder7if_void',
  branch: '_RNvMs4_NtNtCslOG1uufA09K_3v867wasmgen12wasm_builderNtB5_11WasmBuilder2br',
  blockEnd: '_RNvMs4_NtNtCslOG1uufA09K_3v867wasmgen12wasm_builderNtB5_11WasmBuilder9block_end',
  loadFixedU8: '_RNvMs4_NtNtCslOG1uufA09K_3v867wasmgen12wasm_builderNtB5_11WasmBuilder13load_fixed_u8',
  loadFixedI32: '_RNvMs4_NtNtCslOG1uufA09K_3v867wasmgen12wasm_builderNtB5_11WasmBuilder14load_fixed_i32',
  equalsZero: '_RNvMs4_NtNtCslOG1uufA09K_3v867wasmgen12wasm_builderNtB5_11WasmBuilder7eqz_i32',
  generateCondition: '_RNvNtCslOG1uufA09K_3v867codegen16gen_condition_fn',
  generateConditionalJump: '_RNCNvNtCslOG1uufA09K_3v863jit19jit_generate_modules2_0B5_',
  growBytes: '_RNvMs4_NtCs6UNhEcE2CoN_5alloc7raw_vecINtB5_6RawVechE8grow_oneB7_',
  generateAdc32: '_RNvNtCslOG1uufA09K_3v8616jit_instructions9gen_adc32',
  generateSbb32: '_RNvNtCslOG1uufA09K_3v8616jit_instructions9gen_sbb32',
  generateDivide: '_RNvNtCslOG1uufA09K_3v8616jit_instructions9gen_div32',
  generateDivideSigned: '_RNvNtCslOG1uufA09K_3v8616jit_instructions20instr32_F7_7_reg_jit',
  divideSigned: 'idiv32_without_fault',
  setLastResult: '_RNvNtCslOG1uufA09K_3v867codegen19gen_set_last_result',
  setLastOperand: '_RNvNtCslOG1uufA09K_3v867codegen16gen_set_last_op1',
  callInterruptVector: '_RNvNtNtCslOG1uufA09K_3v863cpu3cpu21call_interrupt_vector',
  handleIrqs: 'handle_irqs',
  sti: '_RNvNtNtCslOG1uufA09K_3v863cpu12instructions8instr_FB',
  enableInterrupts: 'instr_FB_without_fault',
  generalProtection: '_RNvNtNtCslOG1uufA09K_3v863cpu3cpu10trigger_gp',
  translateSystemRead: 'translate_address_system_read_js',
  undefinedOpcode: '_RNvNtNtCslOG1uufA09K_3v863cpu3cpu10trigger_ud',
  deviceNotAvailable: '_RNvNtNtCslOG1uufA09K_3v863cpu3cpu10trigger_nm',
  interpretOpcode0F: '_RNvNtNtCslOG1uufA09K_3v863gen13interpreter0f3run',
  generateOpcode0F: '_RNvNtNtCslOG1uufA09K_3v863gen5jit0f3jit',
  generateMmxTest: '_RNvNtCslOG1uufA09K_3v867codegen24gen_task_switch_test_mmx',
  generateRead: '_RNvNtCslOG1uufA09K_3v867codegen13gen_safe_read',
  generateWrite: '_RNvNtCslOG1uufA09K_3v867codegen14gen_safe_write',
  readByte: '_RNvNtNtCslOG1uufA09K_3v863cpu3cpu9read_imm8',
  resolveModrm: '_RNvNtNtCslOG1uufA09K_3v863cpu3cpu13modrm_resolve',
  readMemory32: '_RNvNtNtCslOG1uufA09K_3v863cpu3cpu12safe_read32s',
  readMemory128: '_RNvNtNtCslOG1uufA09K_3v863cpu3cpu13safe_read128s',
  toMmxState: 'transition_fpu_to_mmx',
  compareSingles: 'instr_0F2E',
  compareDoubles: 'instr_660F2E',
  cpuid: 'instr_0FA2',
  interruptReturn: '_RNvNtNtCslOG1uufA09K_3v863cpu3cpu4iret',
  doPageWalk: '_RNvNtNtCslOG1uufA09K_3v863cpu3cpu12do_page_walk',
  exitJit: 'exit_jit',
  clearTranslations: 'clear_tlb',
  clearAllTranslations: 'full_clear_tlb',
  markPageWithCode: '_RNvNtNtCslOG1uufA09K_3v863cpu3cpu16tlb_set_has_code',
  finishCompile: 'codegen_finalize_finished',
  freeCode: '_RNvNvNtCslOG1uufA09K_3v863jit18jit_dirty_page_ctx4free',
  readTsc: 'read_tsc',
  setTsc: 'set_tsc',
  storeTsc: 'store_current_tsc',
  resetCpu: 'reset_cpu',
  rdtsc: '_RNvNtNtCslOG1uufA09K_3v863cpu15instructions_0f10instr_0F31',
  wrmsr: 'instr_0F30',
  rdmsr: 'instr_0F32',
  microtick: '_RNvNtNtNtCslOG1uufA09K_3v863cpu3cpu2js9microtick',
  read8: 'read8',
  portRead8: '_RNvNtNtCslOG1uufA09K_3v863cpu3cpu13io_port_read8',
  portWrite8: '_RNvNtNtCslOG1uufA09K_3v863cpu3cpu14io_port_write8',
  softFloatRound: 'softfloat_roundPackToExtF80',
  softFloatAdd: 'extF80M_add',
  softFloatSubtract: 'extF80M_sub',
  softFloatMultiply: 'extF80M_mul',
  softFloatDivide: 'extF80M_div',
  softFloatRoot: 'extF80M_sqrt',
  setControlWord: 'set_control_word',
  getFlags: 'get_eflags',
  panic: '_RNvNtCsknUcikIyyBm_4core9panicking9panic_fmt',
  lookUpSelector: '_RNvNtNtCslOG1uufA09K_3v863cpu3cpu23lookup_segment_selector',
  loadAccessRights: '_RNvNtNtCslOG1uufA09K_3v863cpu10misc_instr3lar',
  loadSegmentLimit: '_RNvNtNtCslOG1uufA09K_3v863cpu10misc_instr3lsl',
  verifyRead: '_RNvNtNtCslOG1uufA09K_3v863cpu10misc_instr4verr',
  verifyWrite: '_RNvNtNtCslOG1uufA09K_3v863cpu10misc_instr4verw',
  loadSegment: '_RNvNtNtCslOG1uufA09K_3v863cpu3cpu10switch_seg',
  pop16ToMemory: '_RNvNtNtCslOG1uufA09K_3v863cpu12instructions16instr16_8F_0_mem',
  pop32ToMemory: '_RNvNtNtCslOG1uufA09K_3v863cpu12instructions16instr32_8F_0_mem',
  farJump: '_RNvNtNtCslOG1uufA09K_3v863cpu3cpu8far_jump',
  farReturn: '_RNvNtNtCslOG1uufA09K_3v863cpu3cpu10far_return',
  taskSwitch: '_RNvNtNtCslOG1uufA09K_3v863cpu3cpu14do_task_switch',
  loadTask: '_RNvNtNtCslOG1uufA09K_3v863cpu3cpu7load_tr',
  loadLocalTable: '_RNvNtNtCslOG1uufA09K_3v863cpu3cpu8load_ldt',
  setControl0: '_RNvNtNtCslOG1uufA09K_3v863cpu3cpu7set_cr0',
  moveToControl: 'instr_0F22',
  writableAtPrivilege: '_RNvNtNtCslOG1uufA09K_3v863cpu3cpu25writable_or_pagefault_cpl',
  safeRead8: '_RNvNtNtCslOG1uufA09K_3v863cpu3cpu10safe_read8',
  safeRead16: '_RNvNtNtCslOG1uufA09K_3v863cpu3cpu11safe_read16',
  safeWrite16: '_RNvNtNtCslOG1uufA09K_3v863cpu3cpu12safe_write16',
  safeWrite32: '_RNvNtNtCslOG1uufA09K_3v863cpu3cpu12safe_write32',
  safeWrite64: '_RNvNtNtCslOG1uufA09K_3v863cpu3cpu12safe_write64',
  writableOrFault: '_RNvNtNtCslOG1uufA09K_3v863cpu3cpu21writable_or_pagefault',
  deviceNotAvailableCompiled: 'task_switch_test_jit',
  generatorReadImmediate8: '_RNvMNtCslOG1uufA09K_3v8611cpu_contextNtB2_10CpuContext9read_imm8',
  decodeModrm: '_RNvNtCslOG1uufA09K_3v865modrm6decode',
  generateAddress: '_RNvNtCslOG1uufA09K_3v865modrm3gen',
  generateRead16: '_RNvNtCslOG1uufA09K_3v867codegen29gen_modrm_resolve_safe_read16',
  generateRead32: '_RNvNtCslOG1uufA09K_3v867codegen29gen_modrm_resolve_safe_read32',
  generateRead64: '_RNvNtCslOG1uufA09K_3v867codegen29gen_modrm_resolve_safe_read64',
  generateReadable: '_RNvNtCslOG1uufA09K_3v867codegen25gen_readable_or_pagefault',
  generateWritable: '_RNvNtCslOG1uufA09K_3v867codegen25gen_writable_or_pagefault',
  generateUndefined: '_RNvNtCslOG1uufA09K_3v867codegen14gen_trigger_ud',
  repeatMoveBytes: 'movsb_rep',
  repeatMoveHalves: 'movsw_rep',
  repeatMoveWords: 'movsd_rep',
  compareBytesEqual: 'cmpsb_repz',
  compareBytesUnequal: 'cmpsb_repnz',
  compareHalvesEqual: 'cmpsw_repz',
  compareHalvesUnequal: 'cmpsw_repnz',
  compareWordsEqual: 'cmpsd_repz',
  compareWordsUnequal: 'cmpsd_repnz',
  scanBytesEqual: 'scasb_repz',
  scanBytesUnequal: 'scasb_repnz',
  scanHalvesEqual: 'scasw_repz',
  scanHalvesUnequal: 'scasw_repnz',
  scanWordsEqual: 'scasd_repz',
  scanWordsUnequal: 'scasd_repnz',
  generateCall: '_RNvMs4_NtNtCslOG1uufA09K_3v867wasmgen12wasm_builderNtB5_11WasmBuilder7call_fn',
  ioPortRead32: '_RNvNtNtNtCslOG1uufA09K_3v863cpu3cpu2js14io_port_read32',
} as const;

/** A repeated string instruction as a function of v86. */
export interface StringFunction {
  readonly name: keyof typeof FunctionName;
  /** Of an element. */
  readonly bytes: 1 | 2 | 4;
  /** Whether it reads at ESI, in a segment that it is told. */
  readonly hasSource: boolean;
  /** Of a comparison: whether it goes on while elements are equal, or while they are not. */
  readonly whileEqual: boolean;
}

const SIZES = [
  ['Bytes', 1],
  ['Halves', 2],
  ['Words', 4],
] as const;
export const MOVING_STRINGS: readonly StringFunction[] = SIZES.map(
  ([size, bytes]) => ({ name: `repeatMove${size}`, bytes, hasSource: true, whileEqual: false }) as const,
);
export const COMPARING_STRINGS: readonly StringFunction[] = SIZES.flatMap(([size, bytes]) =>
  [true, false].flatMap((whileEqual) =>
    [true, false].map((hasSource) => {
      const name = `${hasSource ? 'compare' : 'scan'}${size}${whileEqual ? 'Equal' : 'Unequal'}` as const;
      return { name, bytes, hasSource, whileEqual };
    }),
  ),
);

/** The functions that look a selector up by themselves, and compare it with the limit of its table, once each. */
export const CHECKS_TABLE_LIMIT = [
  'lookUpSelector',
  'loadAccessRights',
  'loadSegmentLimit',
  'verifyRead',
  'verifyWrite',
  'loadSegment',
] as const satisfies readonly (keyof typeof FunctionName)[];

/** Where v86's IRET panics, at so many places; its stack frame, and the local that points to it. */
export const ReturnPanics = { count: 7, frameBytes: 176, frameLocal: 1 } as const;

/** What compiled code calls when it handles interrupts after the instruction that follows an STI. */
export const COMPILED_HANDLE_IRQS = 'handle_irqs';
/** Name under which the rewrite exports its own version of it. */
export const SHADOW_END_EXPORT = 'own_end_interrupt_shadow';

/** Name under which the rewrite exports what compiled code goes on with at the end of a page: see rewrite-over-page-end.ts. */
export const PASS_PAGE_END_EXPORT = 'own_pass_page_end';

/** Name under which the rewrite exports a function that executes instructions one by one: see rewrite-steps.ts. */
export const STEPS_EXPORT = 'own_steps';

/** Name under which the rewrite exports v86's page walk. */
export const PAGE_WALK_EXPORT = 'own_page_walk';

/** Names under which the rewrite exports what v86 does for IN and OUT of a byte: it serves some ports itself. */
export const PORT_READ_EXPORT = 'own_port_read8';
export const PORT_WRITE_EXPORT = 'own_port_write8';

/** The ports that v86 serves itself, where an access is one of a byte: the two interrupt controllers. */
export const OWN_PORTS = [0x20, 0x21, 0xa0, 0xa1, 0x4d0, 0x4d1] as const;

export const FLAG_INTERRUPT = 0x200;
/** CF, PF, AF, ZF, SF, OF. */
export const STATUS_FLAGS = 0x8d5;

/** Offsets in v86's code generator: the JIT context, its WebAssembly builder, its decoder state. */
export const Generator = {
  contextProcessor: 32,
  processorInstructionPointer: 0,
  processorCodeBase: 4,
  processorPrefixes: 8,
  processorStateFlags: 9,
  contextBuilder: 36,
  contextInstruction: 44,
  contextFaultLabel: 48,
  contextExitLabel: 52,
  contextCounterLocal: 58,
  builderBytesCapacity: 68,
  builderBytesPointer: 72,
  builderBytesLength: 76,
  builderFreeLocalsCapacity: 92,
  builderFreeLocalsPointer: 96,
  builderFreeLocalsLength: 100,
  builderNextLocal: 118,
} as const;

/**
 * The names of functions that compiled code calls, as strings in v86's memory: address and length. jit_generate_module passes them
 * on where it writes such a call. The first two enter the guest's handlers, the last one looks up where an indirect jump goes.
 */
export const GeneratedCallName = {
  exitJit: [27168, 11],
  handleIrqs: [27308, 8],
  findEntry: [27140, 28],
} as const;

/**
 * Stack frame of jit_generate_module: where the JIT context stands in it, and the number of its frame local. Further locals, of which the
 * last two are the place of the function being generated among {@link TABLE_SLOTS} and the state flags it is for.
 */
export const GenerateModuleFrame = {
  frameLocal: 7,
  context: 44,
  bucketLocal: 1,
  addressLocal: 5,
  slotLocal: 33,
  stateFlagsLocal: 32,
} as const;

/** Discriminant of JitExitReason for "wrote to its own code". */
export const EXIT_REASON_SELF_MODIFYING = 4;

/** What the functions of v86 work at, by name; the first that fits counts. */
export const FUNCTION_WORK: readonly (readonly [RegExp, WorkKind])[] = [
  [/3gen11interpreter|13interpreter0f/, 'interpreted'],
  [
    /3jit\d+jit_(analyze|generate|find_basic)|codegen_finalize_finished|jit_dirty_|jit_clear_cache/,
    'compiling',
  ],
  // the heat of pages and their entries
  [/hash_one|hashbrown/, 'compiling'],
  [/_slow_jit$|_or_pagefault_jit$|do_page_walk|translate_address/, 'memory slow path'],
  [/^main_loop$|jit_find_cache_entry_in_page/, 'page look-ups'],
  [/softfloat|extF80M?_|fpu_/, 'x87'],
  [/io_port_(read|write)/, 'ports'],
];

/** The same for functions that the rewrite adds, by the name under which they are exported. */
export const EXPORTED_WORK: readonly (readonly [RegExp, WorkKind])[] = [
  [/^x87_/, 'x87'],
  [/^own_(steps|pass_page_end)$/, 'interpreted'],
];

/** The same for what v86 imports from JavaScript. */
export const IMPORTED_WORK: readonly (readonly [RegExp, WorkKind])[] = [
  [/^codegen_finalize$|^jit_clear_func$/, 'compiling'],
  [/^io_port_(read|write)/, 'ports'],
  [/^x87$/, 'x87'],
];
