/**
 * Fault injection: kernel calls that the harness answers in the kernel's place, by rules.
 *
 * A rule lets some calls pass first, then answers, as often as it was told. What must hold: a rule's count follows the
 * history it is asked about, which only grows behind the last call it saw, or starts again before it after a rewind.
 */
import { errno } from '../../images/abi/errno.ts';
import type { ErrnoName } from '../../images/abi/errno.ts';
import { checkNumber } from '../guest/check-number.ts';
import { InputError } from '../guest/errors.ts';
import type { EraName } from '../../images/abi/eras.ts';
import { selectCalls } from '../guest/kernel-calls/interceptors.ts';
import type { CallSelector, KernelCalls } from '../guest/kernel-calls/interceptors.ts';
import type { KernelCall } from '../guest/stop.ts';
import type { CallAnswer } from './history.ts';

/** Which of the selected calls a rule answers. */
export interface RuleOptions {
  /** So many matching calls go to the kernel first; 0 by default. */
  readonly after?: number;
  /** So many calls are answered, then the kernel serves them again; all by default. */
  readonly times?: number;
  /** Only calls for which this answers true match. */
  readonly when?: (call: KernelCall) => boolean;
}

export interface CallRule {
  /** Counts from 1. */
  readonly id: number;
  readonly calls: CallSelector;
  readonly answer: CallAnswer;
  readonly after: number;
  readonly times: number;
  /** How many calls it has answered. */
  readonly answered: number;
}

/** Turns the name of an error into an answer. Throws {@link InputError} for one the ABI does not have. */
export function failWith(name: string): CallAnswer {
  if (!Object.hasOwn(errno, name)) {
    throw new InputError(`no error is named ${JSON.stringify(name)}: give one such as ENOMEM`);
  }
  return { kind: 'fail', errno: name as ErrnoName };
}

class Rule {
  readonly id: number;
  readonly calls: CallSelector;
  readonly answer: CallAnswer;
  readonly after: number;
  readonly times: number;
  readonly #numbers: ReadonlySet<number> | undefined;
  readonly #when: ((call: KernelCall) => boolean) | undefined;
  /** Instruction counts of the matching calls. */
  readonly #matches: number[] = [];

  constructor(id: number, calls: CallSelector, answer: CallAnswer, options: RuleOptions, era: EraName) {
    this.id = id;
    this.calls = calls;
    this.answer = answer;
    this.after = options.after ?? 0;
    this.times = options.times ?? Infinity;
    checkNumber('after, a number of calls,', this.after, { infinite: true });
    checkNumber('times, a number of calls,', this.times, { infinite: true });
    this.#numbers = selectCalls(calls, era);
    this.#when = options.when;
  }

  get answered(): number {
    return Math.min(this.times, Math.max(0, this.#matches.length - this.after));
  }

  decide(call: KernelCall): CallAnswer | undefined {
    if (this.#numbers?.has(call.number) === false) return undefined;
    while ((this.#matches.at(-1) ?? -1) >= call.instructions) this.#matches.pop();
    if (this.#when?.(call) === false) return undefined;
    this.#matches.push(call.instructions);
    const turn = this.#matches.length - this.after;
    return turn >= 1 && turn <= this.times ? this.answer : undefined;
  }
}

export class CallRules {
  readonly #era: () => EraName;
  #rules: readonly Rule[] = [];
  #next = 1;

  /** @param era That of the guest, which numbers kernel calls. */
  constructor(era: () => EraName) {
    this.#era = era;
  }

  get all(): readonly CallRule[] {
    return this.#rules;
  }

  add(calls: CallSelector, answer: CallAnswer, options: RuleOptions = {}): CallRule {
    const rule = new Rule(this.#next++, calls, answer, options, this.#era());
    this.#rules = [...this.#rules, rule];
    return rule;
  }

  /** @returns False when there is no such rule. */
  remove(id: number): boolean {
    const before = this.#rules.length;
    this.#rules = this.#rules.filter((rule) => rule.id !== id);
    return this.#rules.length < before;
  }

  /** What becomes of a call: the first rule that answers it counts, and each matching rule counts it. */
  decide(call: KernelCall): CallAnswer | undefined {
    const answers = this.#rules.map((rule) => rule.decide(call));
    return answers.find((answer) => answer !== undefined);
  }
}

/** What {@link injectFault} needs of a guest. */
interface InterceptableGuest {
  readonly era: EraName;
  readonly calls: Pick<KernelCalls, 'intercept'>;
}

/**
 * Makes kernel calls of any guest fail: `injectFault(guest, 'mmap', 'ENOMEM', { after: 3 })`.
 *
 * @returns A function that ends it.
 * @throws InputError for a call or error that does not exist.
 */
export function injectFault(
  guest: InterceptableGuest,
  calls: CallSelector,
  error: ErrnoName,
  options: RuleOptions = {},
): () => void {
  const rules = new CallRules(() => guest.era);
  rules.add(calls, failWith(error), options);
  return guest.calls.intercept(calls, (call) => rules.decide(call));
}
