/** Moving in time: buttons, their keys, and the place as a number. */
import { h, type ComponentChildren } from 'preact';
import type { Actions } from './actions.ts';
import type { State } from './state.ts';

interface Move {
  readonly sign: string;
  readonly name: string;
  readonly key: string;
  readonly run: (actions: Actions) => void;
}

/** In the order in which they stand: backwards, then forwards. */
export const moves: readonly Move[] = [
  {
    sign: '|◀',
    name: 'To the start',
    key: 'Home',
    run: (actions) => {
      actions.toStart();
    },
  },
  {
    sign: '◀◀',
    name: 'Continue backwards',
    key: 'C',
    run: (actions) => {
      actions.reverseContinue();
    },
  },
  {
    sign: '◀ call',
    name: 'Previous call',
    key: 'N',
    run: (actions) => {
      actions.toCall(-1);
    },
  },
  {
    sign: '◀ step',
    name: 'Step back',
    key: 'S',
    run: (actions) => {
      actions.stepBack();
    },
  },
  {
    sign: 'step ▶',
    name: 'Step',
    key: 's',
    run: (actions) => {
      actions.step();
    },
  },
  {
    sign: 'call ▶',
    name: 'Next call',
    key: 'n',
    run: (actions) => {
      actions.toCall(1);
    },
  },
  {
    sign: '▶▶',
    name: 'Continue',
    key: 'c',
    run: (actions) => {
      actions.continue();
    },
  },
  {
    sign: '▶|',
    name: 'To the end',
    key: 'End',
    run: (actions) => {
      actions.toEnd();
    },
  },
];

export function toolbar(state: State, actions: Actions): ComponentChildren {
  const { view, isBusy } = state;
  const off = state.phase !== 'ready';
  return h('nav', { 'aria-label': 'Moving in time', class: 'toolbar' }, [
    ...moves.map(({ sign, name, key, run }) =>
      h(
        'button',
        {
          type: 'button',
          disabled: off,
          'aria-label': name,
          'aria-keyshortcuts': key,
          title: `${name} (${key})`,
          onClick: () => {
            run(actions);
          },
        },
        sign,
      ),
    ),
    h(
      'form',
      {
        onSubmit: (event: Event) => {
          event.preventDefault();
          const text = (event.currentTarget as HTMLFormElement).querySelector('input')?.value ?? '';
          const place = Number(text.replaceAll(/[, _]/g, ''));
          if (Number.isSafeInteger(place)) actions.goTo(place);
        },
      },
      h('label', null, [
        'Instruction ',
        h('input', {
          id: 'place',
          inputMode: 'numeric',
          size: 11,
          disabled: off,
          key: view?.place,
          defaultValue: String(view?.place ?? ''),
        }),
      ]),
      h('button', { type: 'submit', disabled: off }, 'Go'),
    ),
    h('button', { type: 'button', disabled: off, onClick: () => void actions.copyLink() }, 'Copy link'),
    isBusy && !off
      ? h(
          'button',
          {
            type: 'button',
            class: 'interrupt',
            onClick: () => {
              actions.interrupt();
            },
          },
          'Interrupt',
        )
      : null,
  ]);
}
