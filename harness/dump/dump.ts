/**
 * Runs a guest to its first snapshot call and writes its program as a file that starts there: an initialized program that boots
 * on any kernel of its era, which need not know snapshots.
 *
 * What must hold: the guest is only looked at, and a program that could not go on rightly is refused, with the reason.
 */
import { hex } from '../../emulator/hex.ts';
import { createHash } from 'node:crypto';
import { REGISTER_NAMES, type RegisterName } from '../../emulator/index.ts';
import { addressMap, callAbis, mmioInfo, readStruct } from '../../images/abi/index.ts';
import { encodeDumpNote } from '../guest/elf/dump-note.ts';
import { InputError } from '../guest/errors.ts';
import type { Guest } from '../guest/guest.ts';
import type { Stop } from '../guest/stop.ts';
import { Tracer } from '../look/trace/index.ts';
import { elfFile } from './elf-file.ts';
import { KernelState } from './kernel-state.ts';
import { startCode, type ProcessorState, type Window } from './start-code.ts';
import { programMemory, stackMemory, type MemoryPiece } from './user-pages.ts';

/** Below the mappings and above everything that a program's heap can reach. */
const START_PAGE = addressMap.mmapBase - 0x10_0000;

export interface Dump {
  /** The ELF file. */
  readonly elf: Uint8Array;
  /** Instructions from reset to the snapshot call: what a start of the dumped program saves most of. */
  readonly instructions: number;
  /** Bytes that the program had printed by then. The dumped program does not print them again. */
  readonly printed: number;
}

/** How a run ended that was to be dumped. */
export type DumpResult =
  | { readonly kind: 'dumped'; readonly dump: Dump }
  /** It cannot be dumped there, for this reason: half a sentence. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** It made no snapshot call. */
  | { readonly kind: 'no-call'; readonly stop: Stop };

/** All that is read while the program makes the call. */
interface Frozen {
  readonly processor: ProcessorState;
  readonly memory: readonly MemoryPiece[];
  readonly stack: MemoryPiece;
  readonly refused: string | undefined;
}

const dumping = { kind: 'dump' } as const;

/**
 * Dumps the program of a guest that was booted and has not run yet.
 *
 * @param signal Ends the run early, as in `guest.runToEnd`.
 */
export async function dumpGuest(guest: Guest, signal?: AbortSignal): Promise<DumpResult> {
  const state = new KernelState(guest.machine.linear);
  const windows = new Map<string, Window>();
  let frozen: Frozen | undefined;
  const tracer = new Tracer(guest, {
    keep: false,
    onEntry: (call) => {
      state.entered(call);
      if (call.name !== 'snapshot' || frozen !== undefined) return;
      frozen = freeze(guest);
      guest.machine.requestStop(dumping);
    },
    onCall: (call) => {
      state.returned(call);
      if (call.name !== 'mmio_info' || call.result?.errno !== undefined) return;
      const [tagLow = 0, tagHigh = 0, info = 0] = call.arguments.map(({ value }) => value);
      const bytes = guest.machine.linear.read(info, mmioInfo.size);
      const { base, size } = readStruct(mmioInfo, new DataView(bytes.buffer, bytes.byteOffset));
      windows.set(`${tagLow} ${tagHigh}`, { tagLow, tagHigh, base, size });
    },
  });
  const stop = await guest.runToEnd({}, signal);
  tracer.detach();
  if (frozen === undefined) return { kind: 'no-call', stop };
  const { calls } = state;
  const reason = typeof calls === 'string' ? calls : (frozen.refused ?? changedVolume(guest, windows));
  if (typeof calls === 'string' || reason !== undefined) return { kind: 'refused', reason: reason ?? '' };
  const { memory, stack, processor } = frozen;
  const { trapVector, resultRegisters } = callAbis[guest.era];
  const start = startCode({
    base: START_PAGE,
    trapVector,
    resultRegisters,
    calls,
    windows: [...windows.values()],
    processor,
    stack,
  });
  const { program, ramfs } = guest.identity;
  const note = encodeDumpNote({
    ramfs: ramfs?.sha256 ?? null,
    program: program.sha256,
    name: program.name,
    era: guest.era,
  });
  const pieces = [...memory, { address: START_PAGE, writable: false, bytes: start.bytes }];
  return {
    kind: 'dumped',
    dump: {
      elf: elfFile(pieces, start.entry, note),
      instructions: guest.machine.instructions,
      printed: guest.output.length,
    },
  };
}

/** The program, as it stands behind its INT: the kernel has not seen the call. */
function freeze(guest: Guest): Frozen {
  const { machine, monitor } = guest;
  const { registers } = machine;
  const values = Object.fromEntries(REGISTER_NAMES.map((name) => [name, registers.get(name)]));
  const processor = {
    registers: values as Record<RegisterName, number>,
    fs: registers.segment('fs'),
    gs: registers.segment('gs'),
    fxsave: registers.fxsave(),
  };
  const input = monitor.streams.position;
  const memory = programMemory(machine);
  const isTaken = memory.some(
    ({ address, bytes }) => address < addressMap.mmapBase && address + bytes.length > START_PAGE,
  );
  return {
    processor,
    memory,
    stack: stackMemory(machine, processor.registers.esp),
    refused: monitor.isBusy
      ? 'it waits for an answer of the host'
      : input.piece > 0 || input.offset > 0
        ? 'it has read from its standard input, and what it keeps of it would be read again'
        : isTaken
          ? `its memory reaches ${hex(START_PAGE)}, where the start code would lie`
          : undefined,
  };
}

/** The dumped program starts with the volume as it was at first. */
function changedVolume(guest: Guest, windows: ReadonlyMap<string, Window>): string | undefined {
  const { ramfs } = guest.identity;
  if (ramfs === null) return undefined;
  const isChanged = [...windows.values()]
    .filter(({ size }) => size === ramfs.bytes)
    .some(({ base, size }) => {
      const bytes = guest.machine.linear.read(base, size);
      return createHash('sha256').update(bytes).digest('hex') !== ramfs.sha256;
    });
  return isChanged ? 'it has written to its volume' : undefined;
}

/** @throws InputError for a run that gives no dump, with what to do. */
export function dumpOf(result: DumpResult, program: string): Dump {
  switch (result.kind) {
    case 'dumped':
      return result.dump;
    case 'refused':
      throw new InputError(
        `${program} cannot be dumped at its snapshot call: ${result.reason}. Let it make the call where that is not so`,
      );
    case 'no-call':
      throw new InputError(
        `${program} made no snapshot call: ${endOf(result.stop)}. CPython makes one with NANVIX_SNAPSHOT=1 in its environment`,
      );
  }
}

const endOf = (stop: Stop): string =>
  stop.kind === 'exit' ? `it ended with status ${stop.status}` : `it ended by ${stop.kind}`;
