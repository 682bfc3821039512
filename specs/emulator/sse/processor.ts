/**
 * The processor of the host, asked what an instruction does: by processor.c, compiled when it is first needed.
 *
 * What must hold: the host is an x86-64 with a C compiler and SSE3; {@link whyNoProcessor} tells if not.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { arch, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Question {
  readonly code: readonly number[];
  readonly mxcsr: number;
  readonly xmm0: bigint;
  readonly xmm1: bigint;
  /** Where in a page the operand at [ebx] lies, which is xmm1; 0 if not given. */
  readonly offset?: number;
}

export interface Answer {
  /** The signal that the instruction raised, or 0: nothing but MXCSR means anything then. */
  readonly signal: number;
  readonly mxcsr: number;
  readonly eax: number;
  readonly flags: number;
  readonly mm0: bigint;
  readonly xmm0: bigint;
}

export const Signal = { none: 0, illegal: 4, floatingPoint: 8, segmentation: 11 } as const;

/** Why the host can't be asked; undefined where it can. */
export function whyNoProcessor(): string | undefined {
  if (arch() !== 'x64' || platform() !== 'linux') return 'the host is no x86-64 with Linux';
  if (spawnSync('gcc', ['--version']).status !== 0) return 'there is no gcc';
  return undefined;
}

const QUESTION_BYTES = 80;
const ANSWER_BYTES = 48;
const PLACE = { mxcsr: 16, xmm0: 40, xmm1: 56, offset: 72 } as const;

function writeRegister(into: Buffer, value: bigint, at: number): void {
  into.writeBigUInt64LE(BigInt.asUintN(64, value), at);
  into.writeBigUInt64LE(value >> 64n, at + 8);
}

function encode({ code, mxcsr, xmm0, xmm1, offset = 0 }: Question): Buffer {
  const record = Buffer.alloc(QUESTION_BYTES);
  record.set([code.length, ...code]);
  record.writeUInt32LE(mxcsr, PLACE.mxcsr);
  writeRegister(record, xmm0, PLACE.xmm0);
  writeRegister(record, xmm1, PLACE.xmm1);
  record.writeUInt32LE(offset, PLACE.offset);
  return record;
}

function decode(record: Buffer): Answer {
  return {
    signal: record.readUInt32LE(0),
    mxcsr: record.readUInt32LE(4),
    eax: record.readUInt32LE(8),
    flags: record.readUInt32LE(12),
    mm0: record.readBigUInt64LE(16),
    xmm0: record.readBigUInt64LE(32) | (record.readBigUInt64LE(40) << 64n),
  };
}

/** Asks all questions in one process. */
export function askProcessor(questions: readonly Question[]): Answer[] {
  const folder = mkdtempSync(join(tmpdir(), 'processor-'));
  try {
    const program = join(folder, 'processor');
    const source = fileURLToPath(new URL('processor.c', import.meta.url));
    const compiled = spawnSync('gcc', ['-O1', '-Wall', '-Werror', '-o', program, source]);
    if (compiled.status !== 0) throw new Error(`processor.c: ${compiled.stderr.toString()}`);
    const { status, signal, stdout } = spawnSync(program, {
      input: Buffer.concat(questions.map(encode)),
      maxBuffer: 2 * ANSWER_BYTES * questions.length + 1024,
    });
    if (status !== 0) throw new Error(`processor.c ended with ${status ?? signal ?? 'nothing'}`);
    return questions.map((_, i) => decode(stdout.subarray(i * ANSWER_BYTES, (i + 1) * ANSWER_BYTES)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
