/**
 * The guest's threads, read from the kernel's own table where its symbols are known.
 *
 * Knows the layout of `struct thread` and `struct trap_frame` of images/kernel (thread.h, trap.h); a kernel without those
 * symbols gives undefined, and the debugger then speaks of one thread. Reads the guest, changes nothing.
 */
import type { Machine, RegisterName, SegmentName } from '../../../emulator/types.ts';
import type { GuestSymbols } from '../../look/symbols/index.ts';
import { kernelProcesses } from './kernel-processes.ts';
import type { KernelProcess } from './kernel-processes.ts';

export type ThreadState = 'running' | 'ready' | 'blocked' | 'ended';

/** What the kernel saved of a thread when it entered ring 0. */
export interface SavedRegisters {
  readonly general: Readonly<Record<RegisterName, number>>;
  readonly segments: Readonly<Record<SegmentName, number>>;
  /** FXSAVE image. */
  readonly fxImage: Uint8Array;
}

export interface GuestThread {
  readonly tid: number;
  readonly state: ThreadState;
  /** Undefined for the one that runs: the processor holds its registers. */
  readonly saved?: SavedRegisters;
  /** Whose it is, where the kernel has several processes. */
  readonly process?: KernelProcess;
}

/** Offsets in `struct thread`. Source: images/kernel/thread.h. */
const Thread = { fpu: 0, state: 512, tid: 516, stack: 528, process: 628 } as const;
const THREADS_MAX = 128;
const FX_BYTES = 512;
const STATES: readonly (ThreadState | undefined)[] = [undefined, 'ready', 'blocked', 'ended'];
/** Offsets in `struct trap_frame`. Source: images/kernel/trap.h. */
const FRAME: readonly (RegisterName | SegmentName | undefined)[] = [
  'gs',
  'fs',
  'es',
  'ds',
  'edi',
  'esi',
  'ebp',
  undefined,
  'ebx',
  'edx',
  'ecx',
  'eax',
  undefined,
  undefined,
  'eip',
  'cs',
  'eflags',
  'esp',
  'ss',
];
const FRAME_BYTES = 4 * FRAME.length;
const KERNEL_STACK_BYTES = 4096;
const PAGING = 0x80000000;

function savedRegisters(machine: Machine, thread: number): SavedRegisters | undefined {
  const { linear } = machine;
  const stack = linear.read32(thread + Thread.stack);
  const frame = linear.readMapped(stack + KERNEL_STACK_BYTES - FRAME_BYTES, FRAME_BYTES);
  if (frame.length < FRAME_BYTES) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  const values = Object.fromEntries(
    FRAME.map((name, i) => [name ?? '', view.getUint32(4 * i, true)]),
  ) as Record<RegisterName | SegmentName, number>;
  return { general: values, segments: values, fxImage: linear.read(thread + Thread.fpu, FX_BYTES) };
}

/** All threads by ascending identifier; undefined where the kernel's table cannot be read. */
export function guestThreads(machine: Machine, symbols: GuestSymbols): readonly GuestThread[] | undefined {
  const table = symbols.kernel?.named('threads');
  const current = symbols.kernel?.named('current');
  if (table === undefined || current === undefined || table.size % THREADS_MAX !== 0) return undefined;
  if ((machine.registers.control(0) & PAGING) === 0) return undefined;
  const { linear } = machine;
  if (linear.readMapped(table.address, table.size).length < table.size) return undefined;
  const running = linear.read32(current.address);
  const processes = kernelProcesses(machine, symbols);
  const threads: GuestThread[] = [];
  for (let index = 0; index < THREADS_MAX; index++) {
    const address = table.address + index * (table.size / THREADS_MAX);
    const state = STATES[linear.read32(address + Thread.state)];
    const tid = linear.read32(address + Thread.tid) | 0;
    if (state === undefined || tid <= 0) continue;
    const owner = processes.length > 0 ? linear.read32(address + Thread.process) : 0;
    const found = processes.find((one) => one.address === owner);
    const process = found === undefined ? {} : { process: found };
    if (address === running) {
      threads.push({ tid, state: 'running', ...process });
      continue;
    }
    const saved = state === 'ended' ? undefined : savedRegisters(machine, address);
    threads.push({ tid, state, ...(saved === undefined ? {} : { saved }), ...process });
  }
  return threads.length === 0 ? undefined : threads.sort((a, b) => a.tid - b.tid);
}
