/** The flame graph of a stretch: callers below what they call, as wide as their share of the samples. */
import { h, type ComponentChildren } from 'preact';
import { panel } from './panels.ts';
import type { State } from './state.ts';

const ROW = 18;

export function flamesPanel({ flames }: State): ComponentChildren {
  if (flames === undefined) return null;
  const { frames, samples, interval } = flames;
  const depth = Math.max(0, ...frames.map((frame) => frame.depth)) + 1;
  const percent = (value: number): string => `${((100 * value) / samples).toFixed(1)} %`;
  return panel('flames', 'Flame graph of the stretch', [
    h(
      'p',
      { class: 'note' },
      `${samples.toLocaleString('en')} samples, one every ${interval.toLocaleString('en')} instructions`,
    ),
    h(
      'div',
      {
        class: 'scroll',
        tabIndex: 0,
        role: 'img',
        'aria-label': `Flame graph: ${frames
          .filter(({ depth: row }) => row === 0)
          .map(({ name, left, right }) => `${name} ${percent(right - left)}`)
          .join(', ')}`,
      },
      h(
        'div',
        { class: 'flame-frames', style: { height: `${depth * ROW}px` } },
        frames.map(({ name, depth: row, left, right }, index) =>
          h(
            'div',
            {
              key: index,
              class: `flame-frame shade-${index % 3}`,
              title: `${name}: ${percent(right - left)}`,
              style: {
                left: percent(left).replace(' ', ''),
                width: percent(right - left).replace(' ', ''),
                top: `${row * ROW}px`,
                height: `${ROW - 1}px`,
              },
            },
            name,
          ),
        ),
      ),
    ),
  ]);
}
