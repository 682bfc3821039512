/** What a failed test says of its guest: the end of what it wrote, its last kernel calls, where it stands. */
import { formatCall } from '../guest/crash-report.ts';
import { Guest } from '../guest/guest.ts';
import type { RunResult } from '../guest/result.ts';

/** Characters of output and console that are shown. */
const TAIL_CHARACTERS = 1000;
const CALLS_SHOWN = 8;

/** Several lines; no colour. */
export function explainGuest(guest: Guest): string {
  const { machine } = guest;
  const where = `instruction ${machine.instructions}, eip 0x${machine.registers.get('eip').toString(16)}, ring ${machine.registers.privilege}`;
  return [
    ...explainStreams(guest),
    section('last kernel calls', guest.calls.recent().slice(-CALLS_SHOWN).map(formatCall).join('\n')),
    `stands at ${where}`,
  ]
    .filter((text) => text !== '')
    .join('\n');
}

/** The same of a run whose guest is gone: its last kernel calls are known if it crashed. */
export function explainRun(result: RunResult): string {
  const { outcome } = result;
  const calls = 'crash' in outcome ? outcome.crash.recentCalls.slice(-CALLS_SHOWN).map(formatCall) : [];
  return [
    ...explainStreams(result),
    section('last kernel calls', calls.join('\n')),
    `ended by ${outcome.kind}${'crash' in outcome ? `: ${outcome.crash.message}` : ''}`,
  ]
    .filter((text) => text !== '')
    .join('\n');
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
