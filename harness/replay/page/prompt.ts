/** Where to stop, and the debugger's own prompt with all of its commands. */
import { h, type ComponentChildren } from 'preact';
import type { Actions } from './actions.ts';
import { panel } from './panels.ts';
import type { State } from './state.ts';

/** What continuing can stop at, as commands of the prompt. */
const KINDS = [
  { command: 'catch', label: 'a call', example: 'mmap' },
  { command: 'break', label: 'an address or symbol', example: 'main' },
  { command: 'watch', label: 'a write of', example: 'counter' },
] as const;

export function stopsPanel({ view }: State, actions: Actions): ComponentChildren {
  return panel('stops', 'Stop at', [
    h(
      'form',
      {
        onSubmit: (event: Event) => {
          event.preventDefault();
          const form = event.currentTarget as HTMLFormElement;
          const what = form.querySelector('input')?.value.trim() ?? '';
          if (what !== '') actions.command(`${form.querySelector('select')?.value ?? ''} ${what}`);
        },
      },
      h('label', null, [
        h('span', { class: 'hidden' }, 'Kind of stop'),
        h(
          'select',
          null,
          KINDS.map(({ command, label }) => h('option', { value: command }, label)),
        ),
      ]),
      h('label', null, [
        h('span', { class: 'hidden' }, 'Which'),
        h('input', { size: 16, placeholder: KINDS.map(({ example }) => example).join(', ') }),
      ]),
      h('button', { type: 'submit' }, 'Add'),
    ),
    h(
      'ul',
      null,
      (view?.stops ?? []).map(({ id, text }) =>
        h('li', { key: id }, [
          `${text} `,
          h(
            'button',
            {
              type: 'button',
              'aria-label': `Remove ${text}`,
              onClick: () => {
                actions.command(`delete ${id}`);
              },
            },
            '✕',
          ),
        ]),
      ),
    ),
  ]);
}

export function promptPanel({ said }: State, actions: Actions): ComponentChildren {
  return panel('prompt', 'Debugger', [
    h(
      'pre',
      {
        class: 'scroll said',
        tabIndex: 0,
        role: 'log',
        'aria-label': 'What the debugger said',
        ref: (log: HTMLElement | null) => {
          log?.scrollTo(0, log.scrollHeight);
        },
      },
      said.join('\n'),
    ),
    h(
      'form',
      {
        onSubmit: (event: Event) => {
          event.preventDefault();
          const input = (event.currentTarget as HTMLFormElement).querySelector('input');
          if (input === null || input.value.trim() === '') return;
          actions.command(input.value.trim());
          input.value = '';
        },
      },
      h('label', { class: 'wide' }, [
        '(nanvix) ',
        h('input', {
          id: 'prompt',
          autocomplete: 'off',
          spellcheck: false,
          placeholder: 'help lists the commands',
        }),
      ]),
      h('button', { type: 'submit' }, 'Run'),
    ),
  ]);
}
