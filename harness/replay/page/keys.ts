/** Keys of the whole page. What is typed into a field, or meant for a control, is left alone. */
import type { Actions } from './actions.ts';
import { moves } from './toolbar.ts';

/** Keys that put the focus somewhere. */
const FIELDS: Readonly<Record<string, string>> = { g: 'place', '/': 'search', ':': 'prompt' };

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName);

export function listenToKeys(actions: Actions): void {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isField(event.target))
      return;
    const move = moves.find(({ key }) => key === event.key);
    const field = FIELDS[event.key];
    if (move !== undefined) move.run(actions);
    else if (field !== undefined) document.getElementById(field)?.focus();
    else return;
    event.preventDefault();
  });
}
