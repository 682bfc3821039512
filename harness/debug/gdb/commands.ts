/**
 * gdb's packets, each turned into one call of the target and one answer.
 *
 * What must hold: any payload gets an answer (empty for what is not supported, `E..` for what is wrong) and none throws; OK
 * says that all of what was asked has been done.
 * Source: GDB manual, "Remote Protocol: Packets" and "General Query Packets".
 */
import { MAXIMUM_PACKET } from './framing.ts';
import { breakpointKinds } from './target.ts';
import type { GdbTarget, ResumeAction, TargetStop } from './target.ts';
import { registerLayout, targetDescription } from './target-description.ts';

/** What becomes of a packet. */
export type Outcome =
  | { readonly kind: 'answer'; readonly payload: string }
  /** The target runs; its stop is the answer. */
  | { readonly kind: 'resume'; readonly action: ResumeAction }
  /** A monitor command; `O` packets with what it prints, then OK. */
  | { readonly kind: 'monitor'; readonly line: string }
  /** From the packet behind this one on, nothing is acknowledged. */
  | { readonly kind: 'no-acknowledgements' }
  /** gdb leaves: the target goes on alone, or ends. */
  | { readonly kind: 'leave'; readonly how: 'detach' | 'kill'; readonly payload?: string };

const answer = (payload: string): Outcome => ({ kind: 'answer', payload });
const OK = answer('OK');
const UNSUPPORTED = answer('');
/** The packet does not say what it should; EINVAL. */
const MALFORMED = answer('E16');
/** The address cannot be reached; EFAULT. */
const FAULT = answer('E0e');
const NO_THREAD = answer('E03');

const FEATURES = [
  `PacketSize=${MAXIMUM_PACKET.toString(16)}`,
  'QStartNoAckMode+',
  'qXfer:features:read+',
  'swbreak+',
  'hwbreak+',
  'vContSupported+',
  'QCatchSyscalls+',
  'ReverseStep+',
  'ReverseContinue+',
].join(';');

const ADDRESS_SPACE = 2 ** 32;
/** Bytes of memory in one answer: two digits each must fit. */
const MEMORY_MAXIMUM = MAXIMUM_PACKET / 2 - 16;

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Bytes of hexadecimal digits, or undefined if it is not that. */
function bytesOf(digits: string): Uint8Array | undefined {
  return digits.length % 2 === 0 && /^[0-9a-f]*$/i.test(digits) ? Buffer.from(digits, 'hex') : undefined;
}

/** A number of up to eight hexadecimal digits. */
function numberOf(digits: string | undefined): number | undefined {
  return digits !== undefined && /^[0-9a-f]{1,8}$/i.test(digits) ? parseInt(digits, 16) : undefined;
}

/** `address,length` and what may follow behind `;` or `:`. */
function rangeOf(text: string): { address: number; length: number } | undefined {
  const [first, second, ...rest] = text.split(',');
  const address = numberOf(first);
  const length = numberOf(second);
  return address === undefined || length === undefined || rest.length > 0 ? undefined : { address, length };
}

/** The stop as gdb reads it. */
export function stopReply(stop: TargetStop): string {
  const byte = (value: number): string => (value & 0xff).toString(16).padStart(2, '0');
  if (stop.kind === 'exited') return `W${byte(stop.status)}`;
  return `T${byte(stop.signal)}thread:${stop.thread.toString(16)};${reasonText(stop.reason)}`;
}

function reasonText(reason: Extract<TargetStop, { kind: 'stopped' }>['reason']): string {
  switch (reason?.kind) {
    case undefined:
      return '';
    case 'software-breakpoint':
      return 'swbreak:;';
    case 'hardware-breakpoint':
      return 'hwbreak:;';
    case 'watch': {
      const name = { read: 'rwatch', write: 'watch', access: 'awatch' }[reason.access];
      return `${name}:${reason.address.toString(16)};`;
    }
    case 'call-entry':
      return `syscall_entry:${reason.number.toString(16)};`;
    case 'call-return':
      return `syscall_return:${reason.number.toString(16)};`;
    case 'history-begin':
      return 'replaylog:begin;';
    case 'history-end':
      return 'replaylog:end;';
  }
}

export class Commands {
  readonly #target: GdbTarget;
  /** The thread that register packets speak of; 0: the one that runs. */
  #thread = 0;

  constructor(target: GdbTarget) {
    this.#target = target;
  }

  /** What becomes of a payload. */
  handle(payload: string): Outcome {
    const rest = payload.slice(1);
    switch (payload[0]) {
      case '?':
        return answer(stopReply(this.#target.stop()));
      case 'g':
        return this.#readRegisters();
      case 'G':
        return this.#writeRegisters(rest);
      case 'p':
        return this.#readRegister(rest);
      case 'P':
        return this.#writeRegister(rest);
      case 'm':
        return this.#readMemory(rest);
      case 'M':
        return this.#writeMemory(rest, false);
      case 'X':
        return this.#writeMemory(rest, true);
      case 'Z':
        return this.#breakpoint(rest, true);
      case 'z':
        return this.#breakpoint(rest, false);
      case 'H':
        return this.#selectThread(rest);
      case 'T':
        return this.#known(numberOf(rest)) ? OK : NO_THREAD;
      case 'c':
      case 's':
        return this.#resumeAt(rest, payload.startsWith('c') ? 'continue' : 'step');
      case 'C':
      case 'S':
        return this.#resumeAt(rest.split(';')[1] ?? '', payload.startsWith('C') ? 'continue' : 'step');
      case 'b':
        return this.#reverse(rest);
      case 'D':
        return { kind: 'leave', how: 'detach', payload: 'OK' };
      case 'k':
        return { kind: 'leave', how: 'kill' };
      case 'v':
        return this.#multiletter(payload);
      case 'q':
        return this.#query(payload);
      case 'Q':
        return this.#set(payload);
      case undefined:
      default:
        return UNSUPPORTED;
    }
  }

  // ── registers and memory ──

  #currentThread(): number {
    return this.#thread === 0 ? this.#target.currentThread() : this.#thread;
  }

  #readRegisters(): Outcome {
    const thread = this.#currentThread();
    const parts = registerLayout.map(({ bits }, index) => {
      const bytes = this.#target.readRegister(thread, index);
      return bytes === undefined ? 'x'.repeat(bits / 4) : hexOf(bytes);
    });
    return answer(parts.join(''));
  }

  /** All of them or none: `x` in the place of a register leaves it, as its answer to `g` says that it is not known. */
  #writeRegisters(text: string): Outcome {
    const thread = this.#currentThread();
    const given: { readonly index: number; readonly value: Uint8Array; readonly before: Uint8Array }[] = [];
    let at = 0;
    for (const [index, { bits }] of registerLayout.entries()) {
      if (at === text.length && at > 0) break;
      const digits = text.slice(at, (at += bits / 4));
      if (/^x+$/.test(digits) && digits.length === bits / 4) continue;
      const value = bytesOf(digits);
      const before = this.#target.readRegister(thread, index);
      if (value?.length !== bits / 8 || before === undefined) return MALFORMED;
      if (Buffer.compare(value, before) !== 0) given.push({ index, value, before });
    }
    if (at < text.length) return MALFORMED;
    const failed = given.findIndex(({ index, value }) => !this.#target.writeRegister(thread, index, value));
    if (failed < 0) return OK;
    for (const { index, before } of given.slice(0, failed)) this.#target.writeRegister(thread, index, before);
    return MALFORMED;
  }

  #readRegister(digits: string): Outcome {
    const index = numberOf(digits);
    if (index === undefined) return MALFORMED;
    const bytes = this.#target.readRegister(this.#currentThread(), index);
    return bytes === undefined ? MALFORMED : answer(hexOf(bytes));
  }

  #writeRegister(text: string): Outcome {
    const [digits = '', value = ''] = text.split('=');
    const index = numberOf(digits);
    const bytes = bytesOf(value);
    if (index === undefined || bytes === undefined) return MALFORMED;
    return this.#target.writeRegister(this.#currentThread(), index, bytes) ? OK : MALFORMED;
  }

  #readMemory(text: string): Outcome {
    const range = rangeOf(text);
    if (range === undefined) return MALFORMED;
    if (range.length === 0) return answer('');
    const bytes = this.#target.readMemory(range.address, Math.min(range.length, MEMORY_MAXIMUM));
    return bytes.length === 0 ? FAULT : answer(hexOf(bytes));
  }

  #writeMemory(text: string, binary: boolean): Outcome {
    const colon = text.indexOf(':');
    const range = colon < 0 ? undefined : rangeOf(text.slice(0, colon));
    const data = text.slice(colon + 1);
    const bytes = binary ? Buffer.from(data, 'latin1') : bytesOf(data);
    if (range?.length === undefined || bytes?.length !== range.length) return MALFORMED;
    if (bytes.length === 0) return OK;
    if (range.address + range.length > ADDRESS_SPACE) return FAULT;
    return this.#target.writeMemory(range.address, bytes) ? OK : FAULT;
  }

  #breakpoint(text: string, insert: boolean): Outcome {
    const [what = '', ...conditions] = text.split(';');
    const [type = '', ...place] = what.split(',');
    const kind = /^[0-4]$/.test(type)
      ? breakpointKinds[Number(type) as keyof typeof breakpointKinds]
      : undefined;
    if (kind === undefined) return UNSUPPORTED;
    const range = rangeOf(place.join(','));
    // Conditions and commands for the target to carry out were never offered.
    if (range === undefined || conditions.length > 0) return MALFORMED;
    const done = insert
      ? this.#target.insertBreakpoint(kind, range.address, range.length)
      : this.#target.removeBreakpoint(kind, range.address, range.length);
    return done ? OK : MALFORMED;
  }

  // ── threads ──

  #known(id: number | undefined): boolean {
    return id !== undefined && this.#target.threads().some((thread) => thread.id === id);
  }

  #selectThread(text: string): Outcome {
    const id = text.slice(1);
    if (!/^[gc]/.test(text)) return UNSUPPORTED;
    if (id === '-1' || id === '0') {
      this.#thread = 0;
      return OK;
    }
    const number = numberOf(id);
    if (number === undefined || !this.#known(number)) return NO_THREAD;
    // Which thread goes on is the guest's own business: no other than the one that runs can be chosen.
    if (text.startsWith('c') && number !== this.#target.currentThread()) return NO_THREAD;
    if (text.startsWith('g')) this.#thread = number;
    return OK;
  }

  // ── running ──

  #resume(action: ResumeAction): Outcome {
    this.#thread = 0;
    return { kind: 'resume', action };
  }

  #resumeAt(address: string, kind: 'continue' | 'step'): Outcome {
    if (address !== '') {
      const eip = numberOf(address);
      if (eip === undefined) return MALFORMED;
      const index = registerLayout.findIndex(({ name }) => name === 'eip');
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(eip);
      if (!this.#target.writeRegister(this.#target.currentThread(), index, bytes)) return MALFORMED;
    }
    return this.#resume({ kind });
  }

  #reverse(how: string): Outcome {
    if (how === 's') return this.#resume({ kind: 'reverse-step' });
    if (how === 'c') return this.#resume({ kind: 'reverse-continue' });
    return UNSUPPORTED;
  }

  #multiletter(payload: string): Outcome {
    if (payload === 'vCont?') return answer('vCont;c;C;s;S;r');
    if (payload.startsWith('vCont;')) return this.#vCont(payload.slice('vCont;'.length));
    if (payload === 'vKill' || payload.startsWith('vKill;'))
      return { kind: 'leave', how: 'kill', payload: 'OK' };
    return UNSUPPORTED;
  }

  /** There is one processor: the first action that names a step steps it, else it continues. */
  #vCont(text: string): Outcome {
    const actions = text.split(';').map((one) => one.split(':')[0] ?? '');
    const step = actions.find((action) => /^[sSr]/.test(action));
    if (step?.startsWith('r') === true) {
      const [start, end] = step.slice(1).split(',').map(numberOf);
      if (start === undefined || end === undefined) return MALFORMED;
      return this.#resume({ kind: 'range-step', start, end });
    }
    if (step !== undefined) return this.#resume({ kind: 'step' });
    return actions.some((action) => /^[cC]/.test(action)) ? this.#resume({ kind: 'continue' }) : MALFORMED;
  }

  // ── queries ──

  #query(payload: string): Outcome {
    const [name = '', ...rest] = payload.split(/[:,]/);
    switch (name) {
      case 'qSupported':
        return answer(FEATURES);
      case 'qXfer':
        return this.#transfer(payload);
      case 'qAttached':
        return answer('1');
      case 'qC':
        return answer(`QC${this.#target.currentThread().toString(16)}`);
      case 'qfThreadInfo':
        return answer(
          `m${this.#target
            .threads()
            .map(({ id }) => id.toString(16))
            .join(',')}`,
        );
      case 'qsThreadInfo':
        return answer('l');
      case 'qThreadExtraInfo':
        return this.#threadInfo(rest[0]);
      case 'qSymbol':
        return OK;
      case 'qRcmd':
        return this.#monitor(rest[0] ?? '');
      default:
        return UNSUPPORTED;
    }
  }

  #threadInfo(digits: string | undefined): Outcome {
    const thread = this.#target.threads().find(({ id }) => id === numberOf(digits));
    return thread === undefined ? NO_THREAD : answer(hexOf(Buffer.from(thread.description)));
  }

  #monitor(digits: string): Outcome {
    const bytes = bytesOf(digits);
    return bytes === undefined ? MALFORMED : { kind: 'monitor', line: Buffer.from(bytes).toString('utf8') };
  }

  /** `qXfer:features:read:target.xml:offset,length`. */
  #transfer(payload: string): Outcome {
    const match = /^qXfer:features:read:([^:]*):([^:]*)$/.exec(payload);
    if (match === null) return UNSUPPORTED;
    if (match[1] !== 'target.xml') return answer('E00');
    const range = rangeOf(match[2] ?? '');
    if (range === undefined) return MALFORMED;
    const piece = targetDescription.slice(
      range.address,
      range.address + Math.min(range.length, MEMORY_MAXIMUM),
    );
    const last = range.address + piece.length >= targetDescription.length;
    return answer(`${last ? 'l' : 'm'}${piece}`);
  }

  #set(payload: string): Outcome {
    if (payload === 'QStartNoAckMode') return { kind: 'no-acknowledgements' };
    if (payload.startsWith('QCatchSyscalls:'))
      return this.#catchCalls(payload.slice('QCatchSyscalls:'.length));
    return UNSUPPORTED;
  }

  #catchCalls(text: string): Outcome {
    const [on, ...digits] = text.split(';');
    if (on === '0') return this.#target.catchCalls('none') ? OK : MALFORMED;
    if (on !== '1') return MALFORMED;
    const numbers = digits.map(numberOf);
    if (numbers.includes(undefined)) return MALFORMED;
    const calls = numbers.length === 0 ? 'all' : numbers.filter((one) => one !== undefined);
    return this.#target.catchCalls(calls) ? OK : MALFORMED;
  }
}
