/**
 * The calls as `trace` prints them, with filter and search. Only the rows that can be seen are in the document, because a run may
 * make a hundred thousand calls.
 */
import { Component, createRef, h, type ComponentChildren } from 'preact';
import type { CallRow } from '../protocol.ts';
import type { Actions } from './actions.ts';
import { callAt, listedCalls } from './calls-at.ts';
import type { CallFilter } from './state.ts';

interface Props {
  readonly rows: readonly CallRow[];
  readonly filter: CallFilter;
  readonly place: number;
  readonly actions: Actions;
}

const ROW = 22;
const SPARE = 10;

export class Calls extends Component<Props, { readonly top: number; readonly height: number }> {
  readonly #list = createRef<HTMLDivElement>();
  override state = { top: 0, height: 400 };

  override componentDidUpdate(before: Props): void {
    const { place, rows, filter } = this.props;
    if (before.place !== place || before.rows !== rows || before.filter !== filter) this.#reveal();
  }

  /** Brings the present call into sight. */
  #reveal(): void {
    const list = this.#list.current;
    if (list === null) return;
    const { rows, filter, place } = this.props;
    const at = Math.max(0, callAt(listedCalls(rows, filter), place)) * ROW;
    if (at < list.scrollTop || at + ROW > list.scrollTop + list.clientHeight) {
      list.scrollTop = at - list.clientHeight / 2;
    }
  }

  #key(event: KeyboardEvent): void {
    const { actions } = this.props;
    if (event.key === 'ArrowDown') actions.toCall(1);
    else if (event.key === 'ArrowUp') actions.toCall(-1);
    else return;
    event.preventDefault();
  }

  render(): ComponentChildren {
    const { rows, filter, place, actions } = this.props;
    const listed = listedCalls(rows, filter);
    const current = callAt(listed, place);
    const first = Math.max(0, Math.floor(this.state.top / ROW) - SPARE);
    const last = Math.min(listed.length, Math.ceil((this.state.top + this.state.height) / ROW) + SPARE);
    const threads = [...new Set(rows.map(({ thread }) => thread))].sort((a, b) => a - b);
    return h('section', { class: 'calls', 'aria-labelledby': 'calls-title' }, [
      h('h2', { id: 'calls-title' }, 'Calls'),
      h('div', { class: 'filter' }, [
        h('label', null, [
          h('span', { class: 'hidden' }, 'Search the calls'),
          h('input', {
            id: 'search',
            type: 'search',
            placeholder: 'Search: open, ENOENT, /test.py …',
            value: filter.text,
            onInput: (event: InputEvent) => {
              actions.filter({ text: (event.currentTarget as HTMLInputElement).value });
            },
          }),
        ]),
        h('label', null, [
          'Level ',
          h(
            'select',
            {
              value: filter.level,
              onChange: (event: Event) => {
                actions.filter({
                  level: (event.currentTarget as HTMLSelectElement).value as CallFilter['level'],
                });
              },
            },
            ['all', 'posix', 'kernel'].map((level) => h('option', { value: level }, level)),
          ),
        ]),
        threads.length < 2
          ? null
          : h('label', null, [
              'Thread ',
              h(
                'select',
                {
                  onChange: (event: Event) => {
                    const text = (event.currentTarget as HTMLSelectElement).value;
                    actions.filter({ thread: text === 'all' ? text : Number(text) });
                  },
                },
                ['all', ...threads.map(String)].map((one) => h('option', { value: one }, one)),
              ),
            ]),
        h('label', null, [
          h('input', {
            type: 'checkbox',
            checked: filter.onlyFailed,
            onChange: (event: Event) => {
              actions.filter({ onlyFailed: (event.currentTarget as HTMLInputElement).checked });
            },
          }),
          ' failed only',
        ]),
        h('span', { class: 'count', 'aria-live': 'polite' }, `${listed.length} of ${rows.length}`),
      ]),
      h(
        'div',
        {
          ref: this.#list,
          class: 'rows',
          role: 'listbox',
          tabIndex: 0,
          'aria-label': 'Calls of the run',
          'aria-activedescendant': current >= 0 ? `call-${listed[current]?.index ?? 0}` : undefined,
          onScroll: (event: Event) => {
            const { scrollTop: top, clientHeight: height } = event.currentTarget as HTMLElement;
            this.setState({ top, height });
          },
          onKeyDown: (event: KeyboardEvent) => {
            this.#key(event);
          },
        },
        h(
          'div',
          { class: 'all-rows', style: { height: `${listed.length * ROW}px` } },
          listed.slice(first, last).map((row, i) =>
            h(
              'div',
              {
                key: row.index,
                id: `call-${row.index}`,
                role: 'option',
                'aria-selected': first + i === current,
                'aria-posinset': first + i + 1,
                'aria-setsize': listed.length,
                class: `row${row.failed ? ' failed' : ''}`,
                style: { top: `${(first + i) * ROW}px`, height: `${ROW}px` },
                onClick: () => {
                  actions.goTo(row.at);
                },
              },
              row.line,
            ),
          ),
        ),
      ),
    ]);
  }
}
