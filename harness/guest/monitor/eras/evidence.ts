/**
 * What tells eras apart, as pieces of evidence: in the files that are given, and in what a guest does.
 *
 * Source: the ABI reference's companion for Era M, "Telling the layouts apart", and ABI reference, "Era 2024". That a kernel of 2024
 * can be told by the width of its write to the machine port, and an era by the instruction before a kernel call, is ours.
 */
import { hex } from '../../../../emulator/hex.ts';
import { stepsOf } from '../../../../images/abi/eras.ts';
import type { EraStep } from '../../../../images/abi/eras.ts';
import { HOST_KINDS } from '../../../../images/abi/host-kinds.ts';
import { ports, trapVectors } from '../../../../images/abi/ports.ts';
import { isBundle } from '../../../../images/bundle/index.ts';
import { viewOf } from '../violation.ts';
import type { Evidence } from './judgement.ts';

const M = stepsOf('M');
const BEFORE_M: readonly EraStep[] = ['2024', 'S'];
const ENVELOPES: readonly EraStep[] = ['S', ...M];
const SHORT_MESSAGES: readonly EraStep[] = ['2024', 'S', 'M1', 'M2'];
const LONG_MESSAGES: readonly EraStep[] = ['M3', 'M4', 'M5'];
const NUMBERED: readonly EraStep[] = ['M4', 'M5'];

/** What a guest shows on the ports. */
export const seen = {
  envelope: { what: 'a pointer on the bus leads to an envelope', admits: ENVELOPES },
  bareMessage: { what: 'a pointer on the bus leads to a message', admits: ['2024'] },
  bareFetch: { what: 'a fetch gives a plain buffer', admits: ['2024'], indication: true },
  wordShutdown: { what: 'the machine is ended by a word', admits: ['2024'] },
  dwordCommand: { what: 'the machine port is written by a dword', admits: ENVELOPES },
  shortMessage: { what: 'a message has a header of 13 bytes', admits: SHORT_MESSAGES },
  longMessage: { what: 'a message has a header of 21 bytes', admits: LONG_MESSAGES },
  pieces: { what: 'bulk data comes in pieces', admits: LONG_MESSAGES },
  kernelLog: { what: 'the kernel logs by port 0xeb', admits: LONG_MESSAGES, indication: true },
  hostFiles: { what: 'a short message is about host files', admits: ['M2'], indication: true },
  polls: { what: 'input is polled', admits: NUMBERED, indication: true },
  numbered: { what: 'a request has its number at 23, as its bulk data shows', admits: NUMBERED },
  unnumbered: { what: 'a request has no number, as its bulk data shows', admits: ['M3'] },
} as const satisfies Readonly<Record<string, Evidence>>;

/** What the vector of a kernel call says. A program may try the other one. */
export function vectorSeen(vector: number): Evidence {
  return {
    what: `a kernel call is made by int ${hex(vector)}`,
    admits: vector === trapVectors.eraM ? M : BEFORE_M,
    indication: true,
  };
}

const isKnownKind = (kind: number): boolean => kind >= HOST_KINDS.first && kind <= HOST_KINDS.last;

/**
 * The layout of a host message, by where its kind is; undefined where it is in neither place. The long layout has the destination's
 * thread where the short one has the kind: 0 in whatever is for a host or a daemon.
 */
export function layoutSeen(message: Uint8Array): Evidence | undefined {
  const view = viewOf(message);
  if (isKnownKind(view.getUint16(13, true))) return seen.shortMessage;
  return view.getUint32(13, true) === 0 && isKnownKind(view.getUint16(21, true))
    ? seen.longMessage
    : undefined;
}

/** Whether a long request has a number, by the length of its bulk data, which it names as its count. */
export function numberingSeen(request: Uint8Array, length: number): Evidence | undefined {
  const view = viewOf(request);
  if (view.getUint32(31, true) === length) return seen.numbered;
  return view.getUint32(27, true) === length ? seen.unnumbered : undefined;
}

/** What a program, or a bundle of them, shows: whether it is a bundle, and by which vector a program calls the kernel. */
export function programEvidence(program: Uint8Array, name = 'the program'): readonly Evidence[] {
  if (isBundle(program)) return [{ what: 'the initrd is a bundle (NVMB)', admits: M }];
  const [before, after] = [trapVectors.eraS, trapVectors.eraM].map((vector) => callsBy(program, vector));
  if (before === undefined || after === undefined || (before === 0 && after === 0)) return [];
  // A program of one era may try the other's vector here and there.
  if (after >= before * CLEARLY) return [{ what: `${name} calls the kernel by int 0x81`, admits: M }];
  if (before >= after * CLEARLY) return [{ what: `${name} calls the kernel by int 0x80`, admits: BEFORE_M }];
  return [];
}

/** How many times as many calls by one vector make it the program's own. */
const CLEARLY = 8;

const INT = 0xcd;
const MOV_EAX = 0xb8;
/** Bytes before an INT in which the number of the call may be loaded. */
const WINDOW = 16;
const LARGEST_CALL = 47;

/** INT instructions of a vector behind a `mov eax, NUMBER` with the number of a call: what text holds by chance hardly looks so. */
function callsBy(program: Uint8Array, vector: number): number {
  let calls = 0;
  for (let at = program.indexOf(INT); at !== -1; at = program.indexOf(INT, at + 1)) {
    if (program[at + 1] === vector && loadsNumber(program.subarray(Math.max(0, at - WINDOW), at))) calls += 1;
  }
  return calls;
}

function loadsNumber(before: Uint8Array): boolean {
  for (let at = before.indexOf(MOV_EAX); at !== -1; at = before.indexOf(MOV_EAX, at + 1)) {
    const [number = Infinity, ...high] = before.subarray(at + 1, at + 5);
    if (high.length === 3 && number <= LARGEST_CALL && high.every((byte) => byte === 0)) return true;
  }
  return false;
}

const OUT = 0xef;
const OPERAND_SIZE = 0x66;
/** `mov dx, 0x604` without its prefix. */
const MACHINE_PORT = [0xba, ports.machine & 0xff, ports.machine >> 8];
/** Bytes behind the load of a port's number in which the OUT may be. */
const OUT_WINDOW = 24;

/** What a kernel shows: whether it writes words to the machine port, as only those of 2024 do. */
export function kernelEvidence(kernel: Uint8Array): readonly Evidence[] {
  const [low, middle, high] = MACHINE_PORT;
  const widths = new Set<number>();
  for (let at = kernel.indexOf(MACHINE_PORT[0] ?? 0); at !== -1; at = kernel.indexOf(low ?? 0, at + 1)) {
    if (kernel[at + 1] !== middle || kernel[at + 2] !== high) continue;
    const out = kernel.subarray(at + 3, at + 3 + OUT_WINDOW).indexOf(OUT);
    if (out !== -1) widths.add(kernel[at + 2 + out] === OPERAND_SIZE ? 2 : 4);
  }
  if (widths.size !== 1 || !widths.has(2)) return [];
  return [{ what: 'the kernel ends the machine by a word', admits: ['2024'], indication: true }];
}
