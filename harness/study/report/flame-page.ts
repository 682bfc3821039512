/** A profile as a page of its own: one flame graph. */
import { h } from 'hastscript';
import { drawFlames } from './charts.ts';
import { FLAME_GRAPH_HELP, flameGraph, renderPage } from './page.ts';
import type { StackSample } from './types.ts';

export interface FlamePage {
  readonly title: string;
  /** Instructions between two samples. */
  readonly interval: number;
  readonly stacks: readonly StackSample[];
}

/** Draws the page. The same profile gives the same bytes. */
export function renderFlamePage({ title, interval, stacks }: FlamePage): string {
  const samples = stacks.reduce((sum, one) => sum + one.samples, 0);
  const note = `${samples.toLocaleString('en')} samples, one every ${interval.toLocaleString('en')} instructions. ${FLAME_GRAPH_HELP}`;
  return renderPage(title, [
    h('p.note', note),
    ...flameGraph(drawFlames({ stacks, sampleInterval: interval })),
  ]);
}
