/** All calls of the run by thread, on one line of time each: the place is where the reader stands, and any place can be gone to. */
import { Component, createRef, h, type ComponentChildren } from 'preact';
import type { CallRow, View } from '../protocol.ts';
import type { Actions } from './actions.ts';
import { callAt } from './calls-at.ts';

interface Props {
  readonly rows: readonly CallRow[];
  readonly view: View | undefined;
  readonly mark: number | undefined;
  readonly actions: Actions;
}

interface Stretch {
  readonly from: number;
  readonly to: number;
}

const LANE = 26;
const AXIS = 18;
const LABEL = 34;
const ZOOM = 2;

const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`);

export class Timeline extends Component<Props, Partial<Stretch>> {
  readonly #canvas = createRef<HTMLCanvasElement>();
  readonly #scheme = matchMedia('(prefers-color-scheme: dark)');
  readonly #redraw = (): void => {
    this.#draw();
  };

  override componentDidMount(): void {
    addEventListener('resize', this.#redraw);
    this.#scheme.addEventListener('change', this.#redraw);
    this.#draw();
  }

  override componentDidUpdate(): void {
    this.#draw();
  }

  get #shown(): Stretch {
    const { view } = this.props;
    const whole = { from: view?.start ?? 0, to: Math.max((view?.start ?? 0) + 1, view?.end ?? 1) };
    return { ...whole, ...this.state };
  }

  get #threads(): readonly number[] {
    return [...new Set(this.props.rows.map(({ thread }) => thread))].sort((a, b) => a - b);
  }

  #zoom(factor: number): void {
    const { view } = this.props;
    if (view === undefined) return;
    const { from, to } = this.#shown;
    const half = Math.max(8, (to - from) / factor / 2);
    const left = Math.max(view.start, Math.round(view.place - half));
    const right = Math.min(view.end, Math.round(view.place + half));
    this.setState({ from: left, to: Math.max(left + 1, right) });
  }

  #placeOf(event: MouseEvent): number {
    const box = this.#canvas.current?.getBoundingClientRect();
    const { from, to } = this.#shown;
    const share = box === undefined ? 0 : (event.clientX - box.left - LABEL) / (box.width - LABEL);
    return Math.round(from + Math.max(0, Math.min(1, share)) * (to - from));
  }

  #key(event: KeyboardEvent): void {
    const { actions, view } = this.props;
    if (view === undefined) return;
    const { from, to } = this.#shown;
    const page = Math.max(1, Math.round((to - from) / 20));
    if (event.key === 'ArrowLeft') actions.toCall(-1);
    else if (event.key === 'ArrowRight') actions.toCall(1);
    else if (event.key === 'PageDown') actions.goTo(view.place + page);
    else if (event.key === 'PageUp') actions.goTo(view.place - page);
    else if (event.key === 'Home') actions.toStart();
    else if (event.key === 'End') actions.toEnd();
    else if (event.key === '+') this.#zoom(ZOOM);
    else if (event.key === '-') this.#zoom(1 / ZOOM);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #draw(): void {
    const canvas = this.#canvas.current;
    const context = canvas?.getContext('2d');
    if (canvas === null || context === null || context === undefined) return;
    const { rows, view, mark } = this.props;
    const threads = this.#threads;
    const width = canvas.clientWidth;
    const height = Math.max(1, threads.length) * LANE + AXIS;
    canvas.style.height = `${height}px`;
    canvas.width = width * devicePixelRatio;
    canvas.height = height * devicePixelRatio;
    context.scale(devicePixelRatio, devicePixelRatio);
    context.font = '12px system-ui, sans-serif';
    context.textBaseline = 'middle';
    const { from, to } = this.#shown;
    const x = (place: number): number => LABEL + ((place - from) / (to - from)) * (width - LABEL);
    threads.forEach((thread, lane) => {
      context.fillStyle = colour('lane');
      context.fillRect(LABEL, lane * LANE + 2, width - LABEL, LANE - 4);
      context.fillStyle = colour('quiet');
      context.fillText(`T${thread}`, 4, lane * LANE + LANE / 2);
    });
    for (const row of rows) {
      const left = x(row.at);
      const right = x(row.at + (row.duration ?? 0));
      if (right < LABEL || left > width) continue;
      const kernel = row.level === 'kernel';
      context.fillStyle = colour(row.failed ? 'worse' : kernel ? 'second' : 'accent');
      const top = threads.indexOf(row.thread) * LANE + (kernel ? LANE / 2 : 4);
      context.fillRect(Math.max(LABEL, left), top, Math.max(1, right - left), LANE / 2 - 4);
    }
    context.fillStyle = colour('quiet');
    const axis = height - AXIS / 2;
    context.fillText(from.toLocaleString('en'), LABEL, axis);
    context.textAlign = 'right';
    context.fillText(to.toLocaleString('en'), width - 2, axis);
    context.textAlign = 'left';
    if (mark !== undefined && view !== undefined) {
      const [left, right] = [x(Math.min(mark, view.place)), x(Math.max(mark, view.place))];
      context.fillStyle = colour('stretch');
      context.fillRect(
        Math.max(LABEL, left),
        0,
        Math.min(width, right) - Math.max(LABEL, left),
        height - AXIS,
      );
    }
    if (view !== undefined && x(view.place) >= LABEL - 1) {
      context.fillStyle = colour('text');
      context.fillRect(x(view.place) - 1, 0, 2, height - AXIS + 4);
    }
  }

  render(): ComponentChildren {
    const { view, rows, actions } = this.props;
    const call = rows[callAt(rows, view?.place ?? 0)];
    return h('div', { class: 'timeline' }, [
      h('canvas', {
        ref: this.#canvas,
        role: 'slider',
        tabIndex: 0,
        'aria-label': 'Place in the run, by thread. Arrow keys go from call to call, plus and minus zoom.',
        'aria-valuemin': view?.start ?? 0,
        'aria-valuemax': view?.end ?? 0,
        'aria-valuenow': view?.place ?? 0,
        'aria-valuetext': `instruction ${(view?.place ?? 0).toLocaleString('en')}${call === undefined ? '' : `, after ${call.name}`}`,
        onClick: (event: MouseEvent) => {
          actions.goTo(this.#placeOf(event));
        },
        onKeyDown: (event: KeyboardEvent) => {
          this.#key(event);
        },
      }),
      h('div', { class: 'legend' }, [
        h('span', { class: 'posix' }, 'POSIX'),
        h('span', { class: 'kernel' }, 'kernel'),
        h('span', { class: 'failed' }, 'failed'),
        h(
          'button',
          {
            type: 'button',
            onClick: () => {
              this.#zoom(ZOOM);
            },
          },
          'Zoom in',
        ),
        h(
          'button',
          {
            type: 'button',
            onClick: () => {
              this.#zoom(1 / ZOOM);
            },
          },
          'Zoom out',
        ),
        h(
          'button',
          {
            type: 'button',
            onClick: () => {
              actions.mark();
            },
          },
          'Mark here',
        ),
        h(
          'button',
          {
            type: 'button',
            onClick: () => {
              actions.drawFlames();
            },
          },
          'Flame graph of the stretch',
        ),
      ]),
    ]);
  }
}
