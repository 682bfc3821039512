/**
 * The page's own script: shows the page at once, then unpacks the worker and lets it run the machine. All data stands in the
 * document, behind this script, and nothing is asked from anywhere.
 */
import { render } from 'preact';
import { Actions } from './actions.ts';
import { app } from './app.ts';
import { listenToKeys } from './keys.ts';
import { placeOfHash } from './link.ts';
import { MachineLink } from './machine.ts';
import { Store } from './state.ts';

async function inflate(text: string): Promise<string> {
  const packed = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return await new Response(stream).text();
}

/** Takes the parts out of the document, where nobody needs them any more. */
function takeParts(): Record<string, string> {
  const parts: Record<string, string> = {};
  for (const element of document.querySelectorAll<HTMLScriptElement>('script[data-part]')) {
    parts[element.dataset['part'] ?? ''] = element.textContent;
    element.remove();
  }
  return parts;
}

async function open(): Promise<void> {
  const { worker = '', ...texts } = takeParts();
  const source = await inflate(worker);
  const machine = new MachineLink(
    new Worker(URL.createObjectURL(new Blob([source], { type: 'text/javascript' }))),
    store,
  );
  const actions = new Actions(store, machine);
  const draw = (): void => {
    if (root !== null) render(app(store.state, actions), root);
  };
  root?.replaceChildren();
  store.listen(draw);
  draw();
  listenToKeys(actions);
  addEventListener('hashchange', () => {
    const { at, memoryAt } = placeOfHash(location.hash);
    if (memoryAt !== undefined) store.set({ memoryAt });
    if (at !== undefined) actions.goTo(at);
  });
  machine.open(texts);
}

const root = document.getElementById('app');
const store = new Store();
store.set({ title: root?.querySelector('h1')?.textContent ?? '' });
// The document is shown first; its data may take a moment more to arrive.
addEventListener('DOMContentLoaded', () => {
  requestAnimationFrame(() => {
    requestAnimationFrame(() => {
      open().catch((error: unknown) => {
        root?.append(String(error));
      });
    });
  });
});
