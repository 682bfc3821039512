/** The page: what is shown where. */
import { h, type ComponentChildren } from 'preact';
import type { Actions } from './actions.ts';
import { Calls } from './calls.ts';
import { flamesPanel } from './flames.ts';
import {
  codePanel,
  filesPanel,
  memoryPanel,
  outputPanel,
  registersPanel,
  stackPanel,
  threadsPanel,
} from './panels.ts';
import { promptPanel, stopsPanel } from './prompt.ts';
import type { State } from './state.ts';
import { Timeline } from './timeline.ts';
import { toolbar } from './toolbar.ts';

const NANOSECONDS_PER_MILLISECOND = 1e6;

function verdict({ verified, end }: State): string {
  if (verified === undefined) return end;
  if (verified.same === undefined) return `${end}; there is nothing to compare its state with`;
  return verified.same
    ? `${end}; replayed to the same state`
    : `${end}; the replay ended OTHERWISE: something was done to the recorded guest by hand`;
}

function standing({ phase, reason, progress, view, isBusy }: State): string {
  if (phase === 'failed') return `This replay cannot go on: ${reason ?? 'unknown'}`;
  if (phase === 'opening' || view === undefined) return `Running to the end: ${Math.round(100 * progress)} %`;
  const time = `${(view.nanoseconds / NANOSECONDS_PER_MILLISECOND).toFixed(3)} ms`;
  return `${isBusy ? '… ' : ''}${time}  ${view.stop}`;
}

export function app(state: State, actions: Actions): ComponentChildren {
  const { view } = state;
  return h('div', { class: 'page' }, [
    h('header', null, [
      h('h1', null, state.title),
      h('p', { class: 'verdict' }, verdict(state)),
      toolbar(state, actions),
      h('p', { class: 'standing', role: 'status' }, standing(state)),
    ]),
    h('main', null, [
      h(
        'section',
        { class: 'time', 'aria-label': 'Timeline' },
        h(Timeline, { rows: state.rows, view, mark: state.mark, actions }),
      ),
      flamesPanel(state),
      h('div', { class: 'columns' }, [
        h('div', { class: 'column' }, [
          h(Calls, { rows: state.rows, filter: state.filter, place: view?.place ?? 0, actions }),
          outputPanel(state),
          promptPanel(state, actions),
        ]),
        view === undefined
          ? null
          : h('div', { class: 'column' }, [
              codePanel(view),
              h('div', { class: 'pair' }, [registersPanel(view), stackPanel(view, actions)]),
              memoryPanel(view, state.memoryAt, actions),
              stopsPanel(state, actions),
              h('div', { class: 'pair' }, [filesPanel(view), threadsPanel(view)]),
            ]),
      ]),
    ]),
    h(
      'footer',
      null,
      'Keys: s and S step, n and N go from call to call, c and C continue; the capital goes back. g: instruction, /: search, : debugger.',
    ),
  ]);
}
