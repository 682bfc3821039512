/** What the guest is at the place: registers, stack, code, memory, files, threads, and what it has printed by then. */
import { h, type ComponentChildren } from 'preact';
import type { Stream, View } from '../protocol.ts';
import type { Actions } from './actions.ts';
import type { State } from './state.ts';

const BYTES_IN_LINE = 16;

const hex = (value: number, digits = 8): string => (value >>> 0).toString(16).padStart(digits, '0');

export function panel(name: string, title: string, content: ComponentChildren): ComponentChildren {
  return h('section', { class: `panel ${name}`, 'aria-labelledby': `${name}-title` }, [
    h('h2', { id: `${name}-title` }, title),
    content,
  ]);
}

export const registersPanel = ({ registers }: View): ComponentChildren =>
  panel(
    'registers',
    'Registers',
    h(
      'dl',
      null,
      registers.flatMap(([name, value]) => [
        h('div', { key: name }, [h('dt', null, name), h('dd', null, value)]),
      ]),
    ),
  );

export const stackPanel = ({ stack }: View, actions: Actions): ComponentChildren =>
  panel(
    'stack',
    'Call stack',
    h(
      'ol',
      null,
      stack.map(({ address, text }, index) =>
        h(
          'li',
          { key: index },
          h(
            'button',
            {
              type: 'button',
              class: 'plain',
              title: 'Show the memory there',
              onClick: () => {
                actions.showMemory(`0x${hex(address)}`);
              },
            },
            text,
          ),
        ),
      ),
    ),
  );

export const codePanel = ({ code }: View): ComponentChildren =>
  panel(
    'code',
    'Disassembly',
    h(
      'div',
      { class: 'scroll', tabIndex: 0, role: 'region', 'aria-label': 'Disassembly' },
      h(
        'table',
        null,
        h(
          'tbody',
          null,
          code.map(({ address, bytes, text, symbol }, index) =>
            h('tr', { key: index, ...(index === 0 && { 'aria-current': 'step', class: 'current' }) }, [
              h('th', { scope: 'row' }, hex(address)),
              h('td', { class: 'bytes' }, bytes),
              h('td', null, text),
              h('td', { class: 'symbol' }, symbol ?? ''),
            ]),
          ),
        ),
      ),
    ),
  );

function memoryLines({ address, bytes }: View['memory']): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += BYTES_IN_LINE) {
    const line = bytes.slice(at, at + BYTES_IN_LINE);
    const text = line.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    const numbers = line.map((byte) => hex(byte, 2)).join(' ');
    lines.push(`${hex(address + at)}  ${numbers.padEnd(3 * BYTES_IN_LINE)} ${text}`);
  }
  return lines.join('\n');
}

export function memoryPanel({ memory }: View, memoryAt: string, actions: Actions): ComponentChildren {
  const lines = memoryLines(memory);
  return panel('memory', 'Memory', [
    h(
      'form',
      {
        onSubmit: (event: Event) => {
          event.preventDefault();
          actions.showMemory((event.currentTarget as HTMLFormElement).querySelector('input')?.value ?? '');
        },
      },
      h('label', null, [
        'At ',
        h('input', {
          key: memoryAt,
          defaultValue: memoryAt,
          size: 18,
          title: 'An address, $register or symbol',
        }),
      ]),
      h('button', { type: 'submit' }, 'Show'),
      h(
        'button',
        {
          type: 'button',
          title: 'Back to just before the last write of the word there',
          onClick: () => {
            actions.command(`lastwrite ${memoryAt}`);
          },
        },
        '◁ Last write',
      ),
    ),
    memory.problem === undefined
      ? h(
          'pre',
          { class: 'scroll', tabIndex: 0, 'aria-label': 'Bytes of memory' },
          lines === '' ? 'nothing is mapped there' : lines,
        )
      : h('p', { class: 'problem' }, memory.problem),
  ]);
}

export const filesPanel = ({ files }: View): ComponentChildren =>
  panel(
    'files',
    'Open files',
    files === undefined
      ? h('p', { class: 'note' }, 'not known at this place')
      : h(
          'ul',
          null,
          files.map((file) => h('li', { key: file }, file)),
        ),
  );

export const threadsPanel = ({ threads }: View): ComponentChildren =>
  panel(
    'threads',
    'Threads',
    threads.length === 0
      ? h('p', { class: 'note' }, 'not known at this place')
      : h(
          'ul',
          null,
          threads.map(({ id, state }) => h('li', { key: id }, `${id}  ${state}`)),
        ),
  );

const TITLES: Readonly<Record<Stream, string>> = {
  stdout: 'Output',
  stderr: 'Standard error',
  console: 'Kernel console',
};

/** What was printed by the place; what comes later is faint. */
export function outputPanel({ output, view }: State): ComponentChildren {
  const streams = (['stdout', 'stderr', 'console'] as const).filter((stream) => output[stream].length > 0);
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return panel(
    'output',
    'Output so far',
    streams.length === 0
      ? h('p', { class: 'note' }, 'the guest prints nothing')
      : streams.map((stream) => {
          const written = view?.written[stream] ?? 0;
          return h('figure', { key: stream }, [
            h('figcaption', null, TITLES[stream]),
            h('pre', { class: 'scroll', tabIndex: 0, 'aria-label': TITLES[stream] }, [
              h('span', { class: 'so-far' }, decode(output[stream].subarray(0, written))),
              h('span', { class: 'later' }, decode(output[stream].subarray(written))),
            ]),
          ]);
        }),
  );
}
