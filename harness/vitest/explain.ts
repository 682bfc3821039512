/** What a failed test says of its guest: the end of what it wrote, its last kernel calls, where it stands. */
import { hex } from '../../emulator/hex.ts';
import { Guest } from '../guest/guest.ts';
import type { RunResult } from '../guest/result.ts';
import type { KernelCall } from '../guest/stop.ts';
import { guestSymbols, type GuestSymbols } from '../look/symbols/index.ts';
import { describeCall, nowhere, type CallPlace } from '../look/trace/describe-call.ts';

/** Characters of output and console that are shown. */
const TAIL_CHARACTERS = 1000;
const CALLS_SHOWN = 8;

/** Several lines; no colour. What pointers point to is read now, where the program may have gone on. */
export function explainGuest(guest: Guest): string {
  const { machine } = guest;
  const where = `instruction ${machine.instructions}, eip ${hex(machine.registers.get('eip'))}, ring ${machine.registers.privilege}`;
  return [
    ...explainStreams(guest),
    section('last kernel calls', callLines(guest.calls.recent(), { machine, symbols: symbolsOf(guest) })),
    `stands at ${where}`,
  ]
    .filter((text) => text !== '')
    .join('\n');
}

/** The same of a run whose guest is gone: its last kernel calls are known if it crashed. */
export function explainRun(result: RunResult): string {
  const { outcome } = result;
  const calls = 'crash' in outcome ? outcome.crash.recentCalls : [];
  return [
    ...explainStreams(result),
    section('last kernel calls', callLines(calls, nowhere)),
    `ended by ${outcome.kind}${'crash' in outcome ? `: ${outcome.crash.message}` : ''}`,
  ]
    .filter((text) => text !== '')
    .join('\n');
}

/** As a trace prints them, with where each was made. */
function callLines(calls: readonly KernelCall[], place: CallPlace): string {
  return calls
    .slice(-CALLS_SHOWN)
    .map((call) => {
      const at = place.symbols?.describe(call.returnAddress) ?? hex(call.returnAddress);
      return `#${call.index} ${describeCall(place, call)} at instruction ${call.instructions}, from ${at}`;
    })
    .join('\n');
}

/** Names are a help; a file that has none, or cannot be read any more, is no reason to say less. */
function symbolsOf(guest: Guest): GuestSymbols | undefined {
  try {
    return guestSymbols(guest);
  } catch {
    return undefined;
  }
}

function explainStreams(source: { output: string; errorOutput: string; console: string }): string[] {
  return [
    section('end of the output', tail(source.output)),
    section('end of the error output', tail(source.errorOutput)),
    section('end of the kernel console', tail(source.console)),
  ];
}

function section(title: string, text: string): string {
  if (text === '') return '';
  const lines = text.trimEnd().split('\n');
  return `${title}:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

function tail(text: string): string {
  return text.length > TAIL_CHARACTERS ? `…${text.slice(-TAIL_CHARACTERS)}` : text;
}
