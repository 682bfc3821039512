/** What the reader can do, by name: the buttons and the keys both come here. */
import { callAt, listedCalls } from './calls-at.ts';
import { hashOf } from './link.ts';
import type { MachineLink } from './machine.ts';
import type { CallFilter, Store } from './state.ts';

export class Actions {
  readonly #store: Store;
  readonly #machine: MachineLink;

  constructor(store: Store, machine: MachineLink) {
    this.#store = store;
    this.#machine = machine;
  }

  goTo(place: number): void {
    this.#machine.ask({ what: 'go', to: place });
  }
  toStart(): void {
    this.goTo(this.#store.state.view?.start ?? 0);
  }
  toEnd(): void {
    this.goTo(this.#store.state.view?.end ?? 0);
  }
  step(): void {
    this.#machine.ask({ what: 'step' });
  }
  stepBack(): void {
    this.#machine.ask({ what: 'stepBack' });
  }
  continue(): void {
    this.#machine.ask({ what: 'continue' });
  }
  reverseContinue(): void {
    this.#machine.ask({ what: 'reverseContinue' });
  }
  command(line: string): void {
    this.#store.set({ said: [...this.#store.state.said, `(nanvix) ${line}`] });
    this.#machine.ask({ what: 'command', line });
  }
  interrupt(): void {
    this.#machine.interrupt();
  }

  /** To the next call of those listed, or the one before. */
  toCall(step: 1 | -1): void {
    const { rows, filter, view } = this.#store.state;
    if (view === undefined) return;
    const listed = listedCalls(rows, filter);
    const here = callAt(listed, view.place);
    const stands = listed[here]?.at === view.place;
    const call = listed[step === 1 ? here + 1 : stands ? here - 1 : here];
    if (call !== undefined) this.goTo(call.at);
  }

  filter(change: Partial<CallFilter>): void {
    this.#store.set({ filter: { ...this.#store.state.filter, ...change } });
  }

  showMemory(memoryAt: string): void {
    this.#store.set({ memoryAt });
    this.#machine.ask({ what: 'look' });
  }

  /** One end of the stretch for the flame graph is here. */
  mark(): void {
    const { view } = this.#store.state;
    if (view !== undefined) this.#store.set({ mark: view.place });
  }

  drawFlames(): void {
    const { view, mark } = this.#store.state;
    if (view === undefined) return;
    const [a, b] = [mark ?? view.start, view.place === (mark ?? view.start) ? view.end : view.place];
    this.#machine.ask({ what: 'flames', from: Math.min(a, b), to: Math.max(a, b) });
  }

  /** Puts the place into the page's address, and the address to where it can be pasted from. */
  async copyLink(): Promise<void> {
    const { view, memoryAt } = this.#store.state;
    if (view === undefined) return;
    history.replaceState(null, '', hashOf(view.place, memoryAt));
    try {
      await navigator.clipboard.writeText(location.href);
      this.#say('the link is copied');
    } catch {
      this.#say(`the link is in the address bar: ${location.hash}`);
    }
  }

  #say(line: string): void {
    this.#store.set({ said: [...this.#store.state.said, line] });
  }
}
