/** A page that is one file: style and scripts are in it, and it asks the network for nothing. */
import { readFileSync } from 'node:fs';
import type { Element } from 'hast';
import { toHtml } from 'hast-util-to-html';
import { h } from 'hastscript';
import { inProject } from '../../../images/build/paths.ts';

declare module 'hast' {
  interface ElementContentMap {
    /** Markup that is put into the page as it is. */
    raw: { type: 'raw'; value: string };
  }
}

const asset = (name: string): string => readFileSync(inProject('harness', 'study', 'report', name), 'utf8');

/** In a function of its own, so that two scripts do not meet in their names. */
const script = (name: string): Element => h('script', `{\n${asset(name)}}`);

/** A drawing made by charts.ts: SVG text that is already escaped. */
export const drawing = (svg: string, kind = ''): Element => ({
  // What is scrolled has to be reached by the keyboard: of itself, or by what is in it.
  ...h('figure', kind === '' ? { className: ['scroll'], tabIndex: 0 } : { className: ['scroll', kind] }),
  children: [{ type: 'raw', value: svg }],
});

/** A flame graph with what it is used by; the controls appear once the script runs. */
export const flameGraph = (svg: string): Element[] => [
  h('p.flame-controls', { hidden: true }, [
    h('label', ['Find ', h('input', { type: 'search' })]),
    ' ',
    h('button', { type: 'button', disabled: true }, 'Zoom out'),
  ]),
  drawing(svg, 'tall'),
];

/** How a flame graph is used, in a sentence. */
export const FLAME_GRAPH_HELP =
  'Click a frame or press Enter to zoom into it, Escape to go back; arrow keys move from frame to frame.';

/** Puts a page together. The same content gives the same bytes. */
export function renderPage(title: string, content: readonly Element[]): string {
  const page = h('html', { lang: 'en' }, [
    h('head', [
      h('meta', { charSet: 'utf-8' }),
      h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      h('title', title),
      h('style', asset('style.css')),
    ]),
    h('body', [
      h('main', [h('h1', title), ...content]),
      h('output', { ariaLive: 'polite' }),
      script('page-script.js'),
      script('flame-graph.js'),
    ]),
  ]);
  return `<!doctype html>\n${toHtml(page, { allowDangerousHtml: true })}\n`;
}
