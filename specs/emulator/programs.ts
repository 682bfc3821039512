/**
 * Guests that do what makes exactness hard: interrupts in hot loops, page faults, repeated string instructions,
 * HLT, floating point, code that rewrites itself. Each is hot enough to be compiled and ends at the exit port.
 */

import { type Assembler } from './assembler.ts';
import {
  CALL_VECTOR,
  CONSOLE_PORT,
  exit,
  type GuestProgram,
  Layout,
  PAGE_FAULT_VECTOR,
  TIMER_VECTOR,
} from './guest.ts';

const TICKS = Layout.counters;
const SUM = Layout.counters + 4;
const FAULTS = Layout.counters + 8;
const CALLS = Layout.counters + 12;

/** Counts ticks and mixes the interrupted flags and address into a sum, so that any difference stays visible. */
function timerHandler(asm: Assembler): void {
  asm.label('timer').push('eax').push('ebx');
  asm.incrementAt(TICKS);
  asm.loadAt('eax', SUM).load('ebx', 'esp', 16).combine('add', 'eax', 'ebx');
  asm.load('ebx', 'esp', 8).combine('xor', 'eax', 'ebx');
  asm.raw(0xc1, 0xc0, 5).storeAt(SUM, 'eax'); // rol eax, 5
  asm.mov('eax', 0x20).outByte(0x20);
  asm.pop('ebx').pop('eax').raw(0xcf);
}

const ENABLE_INTERRUPTS = 0xfb;

/** Arithmetic with a timer at 20 kHz. */
const timer: GuestProgram = {
  timerHertz: 20_000,
  handlers: { [TIMER_VECTOR]: 'timer' },
  build: (asm) => {
    timerHandler(asm);
    asm.label('main').raw(ENABLE_INTERRUPTS).mov('ecx', 300_000).mov('eax', 1).mov('ebx', 7);
    asm.label('loop').combine('add', 'eax', 'ecx').combine('adc', 'ebx', 'eax').raw(0xf7, 0xe3); // mul ebx
    asm.combine('xor', 'eax', 'edx').branch('s', 'negative').increment('ebx').label('negative');
    asm.operate('sub', 'ebx', 3).decrement('ecx').branch('nz', 'loop');
    asm.raw(0xfa).loadAt('eax', SUM).loadAt('ebx', TICKS).combine('add', 'eax', 'ebx');
    exit(asm);
  },
};

/** Ring 3 touches pages on demand in a compiled loop; the handler maps them and unmaps all now and then. */
const faults: GuestProgram = {
  ring: 3,
  timerHertz: 5000,
  handlers: { [TIMER_VECTOR]: 'timer', [PAGE_FAULT_VECTOR]: 'fault', [CALL_VECTOR]: 'call' },
  build: (asm) => {
    timerHandler(asm);
    // cr2 lies in the 4 MiB above Layout.unmapped: enter a page of table 0x6000
    asm.label('fault').push('eax').push('ebx').incrementAt(FAULTS);
    asm.mov('eax', 0x6000 | 7).storeAt(Layout.pageDirectory + 4, 'eax');
    asm.raw(0x0f, 0x20, 0xd0).move('ebx', 'eax').raw(0xc1, 0xeb, 12).operate('and', 'ebx', 0x3ff); // mov eax, cr2
    asm.operate('and', 'eax', 0x0000_f000).operate('add', 'eax', 0x10_0007);
    asm.raw(0x89, 0x04, 0x9d, 0x00, 0x60, 0, 0); // mov [0x6000 + ebx*4], eax
    asm.pop('ebx').pop('eax').operate('add', 'esp', 4).raw(0xcf);
    // call 0x80: unmap all and flush; eax comes back with the number of calls
    asm.label('call').push('ecx').push('edi').incrementAt(CALLS).mov('ecx', 1024).mov('edi', 0x6000);
    asm.raw(0x31, 0xc0, 0xf3, 0xab).raw(0x0f, 0x20, 0xd8, 0x0f, 0x22, 0xd8); // rep stosd; reload cr3
    asm.loadAt('eax', CALLS).pop('edi').pop('ecx').raw(0xcf);
    asm.label('main').mov('ebp', 400);
    asm.label('again').mov('esi', Layout.unmapped).mov('ecx', 900);
    asm.label('loop').load('eax', 'esi').combine('add', 'eax', 'ecx').store('esi', 0, 'eax');
    asm.raw(0x01, 0x46, 0x40).operate('add', 'esi', 0x123).decrement('ecx').branch('nz', 'loop'); // add [esi+64], eax
    asm.interrupt(CALL_VECTOR).decrement('ebp').branch('nz', 'again');
    asm.interrupt(0x81);
    asm.label('end').jump('end');
    asm.label('exit');
    asm.loadAt('eax', FAULTS);
    exit(asm);
  },
};

/** REP string instructions of all kinds across page boundaries, with a timer. */
const strings: GuestProgram = {
  timerHertz: 20_000,
  handlers: { [TIMER_VECTOR]: 'timer' },
  build: (asm) => {
    timerHandler(asm);
    asm.label('main').raw(ENABLE_INTERRUPTS, 0xfc).mov('ebp', 3000);
    asm.label('loop');
    asm.mov('edi', 0x20_0ffd).mov('ecx', 3001).move('eax', 'ebp').raw(0xf3, 0xaa); // rep stosb
    asm.mov('esi', 0x20_0ffd).mov('edi', 0x20_3003).mov('ecx', 2999).raw(0xf3, 0xa4); // rep movsb
    asm.mov('esi', 0x20_1000).mov('edi', 0x20_6000).mov('ecx', 1500).raw(0xf3, 0xa5); // rep movsd
    asm.mov('esi', 0x20_0ffd).mov('edi', 0x20_3003).mov('ecx', 2000).raw(0xf3, 0xa6); // repe cmpsb
    asm.raw(0x9c).pop('eax').loadAt('ebx', SUM).combine('add', 'eax', 'ebx').storeAt(SUM, 'eax'); // pushfd
    asm.mov('edi', 0x20_6000).mov('ecx', 700).mov('eax', 0x5a).raw(0xf2, 0xae); // repne scasb
    asm.raw(0xfd).mov('esi', 0x20_2fff).mov('edi', 0x20_4fff).mov('ecx', 1234).raw(0xf3, 0xa4, 0xfc); // backwards
    asm.decrement('ebp').branch('nz', 'loop');
    asm.raw(0xfa).loadAt('eax', SUM);
    exit(asm);
  },
};

/** Sleeps until ticks come, as an idle kernel does, and works a little between them. */
const idle: GuestProgram = {
  timerHertz: 1000,
  handlers: { [TIMER_VECTOR]: 'timer' },
  build: (asm) => {
    timerHandler(asm);
    asm.label('main').mov('ebp', 300);
    asm.label('loop').raw(0xfa).mov('ecx', 2000);
    asm.label('work').operate('add', 'eax', 0x1234_5677).decrement('ecx').branch('nz', 'work');
    asm.raw(ENABLE_INTERRUPTS, 0xf4).decrement('ebp').branch('nz', 'loop'); // sti; hlt
    asm.raw(0xfa).loadAt('eax', TICKS);
    exit(asm);
  },
};

/** x87 and SSE in a loop, results stored, with a timer. */
const floats: GuestProgram = {
  timerHertz: 20_000,
  handlers: { [TIMER_VECTOR]: 'timer' },
  build: (asm) => {
    timerHandler(asm);
    asm.label('main').raw(0xdb, 0xe3, 0xd9, 0xe8, 0xd9, 0xeb).raw(ENABLE_INTERRUPTS).mov('ecx', 60_000); // fninit; fld1; fldpi
    asm.mov('esi', 0x20_0000);
    asm.label('loop');
    asm.raw(0xdc, 0xc1, 0xd9, 0xc9, 0xd9, 0xfa, 0xdd, 0x16); // fadd st1; fxch; fsqrt; fst qword [esi]
    asm.raw(
      0xf2,
      0x0f,
      0x10,
      0x06,
      0xf2,
      0x0f,
      0x58,
      0xc8,
      0xf2,
      0x0f,
      0x59,
      0xd0,
      0xf2,
      0x0f,
      0x11,
      0x4e,
      0x08,
    );
    asm.raw(0xf2, 0x0f, 0x5e, 0xc8, 0x66, 0x0f, 0xef, 0xd9, 0x66, 0x0f, 0xfe, 0xda, 0x0f, 0x29, 0x5e, 0x10);
    asm.raw(0xdb, 0x5e, 0x20, 0xdb, 0x46, 0x20); // fistp dword [esi+32]; fild
    asm.decrement('ecx').branch('nz', 'loop');
    asm.raw(0xfa).load('eax', 'esi').load('ebx', 'esi', 8).combine('xor', 'eax', 'ebx');
    exit(asm);
  },
};

/** A loop that changes the constant of one of its own instructions, first rarely, then each time round. */
const selfModifying: GuestProgram = {
  timerHertz: 20_000,
  handlers: { [TIMER_VECTOR]: 'timer' },
  build: (asm) => {
    asm.jump('main');
    timerHandler(asm);
    asm.align(4096);
    asm.label('main').raw(ENABLE_INTERRUPTS).mov('ecx', 400_000).mov('ebx', 0);
    asm.label('loop').raw(0xb8);
    asm.label('constant').raw(1, 0, 0, 0); // mov eax, constant
    asm.combine('add', 'ebx', 'eax').combine('adc', 'ebx', 'ecx');
    asm.move('edx', 'ecx').operate('and', 'edx', 0x3fff).branch('z', 'change');
    asm.operate('cmp', 'ecx', 2000).branch('a', 'next');
    asm.label('change').incrementAt('constant');
    asm.label('next').decrement('ecx').branch('nz', 'loop');
    asm.raw(0xfa).move('eax', 'ebx');
    exit(asm);
  },
};

/** Reads the time stamp counter and random numbers, compiled, with a timer. */
const observers: GuestProgram = {
  timerHertz: 20_000,
  handlers: { [TIMER_VECTOR]: 'timer' },
  build: (asm) => {
    timerHandler(asm);
    asm.label('main').raw(ENABLE_INTERRUPTS).mov('ecx', 40_000).mov('ebx', 0).mov('esi', 0x20_0000);
    asm.label('loop').raw(0x0f, 0x31).combine('add', 'ebx', 'eax').raw(0x0f, 0xc7, 0xf0); // rdtsc; rdrand eax
    asm.combine('xor', 'ebx', 'eax').raw(0x9c).pop('edx').combine('add', 'ebx', 'edx').store('esi', 0, 'ebx');
    asm.inByte(0x40).combine('add', 'ebx', 'eax');
    asm.decrement('ecx').branch('nz', 'loop');
    asm.raw(0xfa).move('eax', 'ebx');
    exit(asm);
  },
};

/** STI, CLI, POPF and IRET around pending ticks: each opens the window for interrupts at another point. */
const windows: GuestProgram = {
  timerHertz: 20_000,
  handlers: { [TIMER_VECTOR]: 'timer', [CALL_VECTOR]: 'call' },
  build: (asm) => {
    timerHandler(asm);
    asm.label('call').increment('ebx').raw(0xcf);
    asm.label('main').mov('ecx', 40_000).mov('ebx', 0);
    asm.label('loop').raw(0xfa).increment('eax').increment('eax').raw(0xfb).increment('ebx').raw(0xfa);
    asm
      .raw(0x9c)
      .pop('edx')
      .operate('or', 'edx', 0x200)
      .push('edx')
      .increment('ebx')
      .raw(0x9d)
      .increment('eax');
    asm
      .raw(0xfa)
      .interrupt(CALL_VECTOR)
      .raw(0xfb, 0xfa)
      .increment('eax')
      .raw(0xfb, 0x90, 0xfb, 0xfb)
      .increment('eax');
    asm.decrement('ecx').branch('nz', 'loop');
    asm.raw(0xfa).loadAt('eax', SUM);
    exit(asm);
  },
};

const PAGE = 4096;
/** How far the loops of {@link pageEnds} reach into the page behind their own, each of them. */
const OVERHANGS = Array.from({ length: 24 }, (_, bytes) => bytes);

/** Hot loops that cross from one page into the next at every byte of every length of instruction, calling into other pages. */
const pageEnds: GuestProgram = {
  timerHertz: 20_000,
  handlers: { [TIMER_VECTOR]: 'timer' },
  build: (asm) => {
    timerHandler(asm);
    for (const overhang of OVERHANGS) {
      const leaf = `leaf ${overhang}`;
      const loop = `loop ${overhang}`;
      asm.align(PAGE);
      while (asm.here % PAGE < PAGE - 48 + overhang) asm.raw(0x90);
      asm.label(leaf).raw(0x66, 0x81, 0xc3, 0x34, 0x12); // add bx, 0x1234
      asm.raw(0x0f, 0xaf, 0xc3).raw(0xc3); // imul eax, ebx; ret
      asm.label(`start ${overhang}`).mov('ecx', 4000).label(loop);
      asm.operate('add', 'eax', 0x1020_3040);
      asm.raw(0x81, 0x05, SUM & 0xff, SUM >> 8, 0, 0, overhang, 0, 0, 0); // add dword [SUM], overhang
      asm.call(`leaf ${(overhang + 7) % OVERHANGS.length}`).combine('adc', 'ebx', 'eax');
      asm.decrement('ecx').branch('nz', loop).raw(0xc3);
    }
    asm.label('main').raw(ENABLE_INTERRUPTS).mov('eax', 1).mov('ebx', 7).mov('ebp', 6).label('all');
    for (const overhang of OVERHANGS) asm.call(`start ${overhang}`);
    asm.decrement('ebp').branch('nz', 'all').raw(0xfa).loadAt('ebx', SUM).combine('add', 'eax', 'ebx');
    exit(asm);
  },
};

/** A hot loop whose calls all go to other pages: code that computes, and code that opens windows, halts, traps and writes to a port. */
const pageCalls: GuestProgram = {
  timerHertz: 20_000,
  handlers: { [TIMER_VECTOR]: 'timer', [CALL_VECTOR]: 'call' },
  build: (asm) => {
    timerHandler(asm);
    asm.label('call').increment('edx').raw(0xcf);
    const leaf = (name: string): Assembler => {
      asm.align(PAGE);
      return asm.label(name);
    };
    leaf('compute').combine('add', 'eax', 'ecx').combine('adc', 'ebx', 'eax').raw(0xc3);
    // the return is in the shadow of STI, and leads out of its page
    leaf('window').raw(0xfa).increment('eax').raw(ENABLE_INTERRUPTS, 0xc3);
    leaf('halt').raw(ENABLE_INTERRUPTS, 0xf4, 0xc3);
    leaf('trap').interrupt(CALL_VECTOR).raw(0xc3);
    leaf('port').push('eax').mov('eax', 0x2e).outByte(CONSOLE_PORT).pop('eax').raw(0xc3);
    leaf('main')
      .raw(ENABLE_INTERRUPTS)
      .mov('eax', 1)
      .mov('ebx', 7)
      .mov('edx', 0)
      .mov('ebp', 600)
      .label('outer');
    asm.mov('ecx', 200).label('inner').call('compute').call('compute').decrement('ecx').branch('nz', 'inner');
    for (const name of ['window', 'trap', 'port', 'halt']) asm.call(name);
    asm.decrement('ebp').branch('nz', 'outer');
    asm.raw(0xfa).combine('add', 'eax', 'edx').loadAt('ebx', SUM).combine('add', 'eax', 'ebx');
    exit(asm);
  },
};

export const PROGRAMS: Readonly<Record<string, GuestProgram>> = {
  'a timer in arithmetic': timer,
  'page faults in a hot loop': {
    ...faults,
    handlers: { ...faults.handlers, 0x81: 'exit' },
  },
  'repeated string instructions': strings,
  'halting until the next tick': idle,
  'floating point': floats,
  'code that rewrites itself': selfModifying,
  'time stamps and random numbers': observers,
  'windows for interrupts': windows,
  'loops across the ends of pages': pageEnds,
  'calls to other pages': pageCalls,
};
