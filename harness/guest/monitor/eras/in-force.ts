/**
 * The era that a monitor goes by. It may change while the guest shows what it is, and each change is logged with its reason.
 *
 * What must hold: it is a part of the monitor's state, so that a restored guest is spoken to as before.
 */
import { stepsOf } from '../../../../images/abi/eras.ts';
import type { EraStep } from '../../../../images/abi/eras.ts';
import type { Log } from '../../log.ts';
import type { MonitorEra } from './era.ts';
import { monitorEras } from './index.ts';
import { certainSteps, isContradiction, narrow, preferred, reasonsOf, secondDoubt } from './judgement.ts';
import type { Contradiction, Evidence, Judgement } from './judgement.ts';

/** What is left of the eras, as plain data. */
export interface EraState {
  /** By what is certain. */
  readonly era: readonly EraStep[];
  /** By indications too, where they leave fewer. */
  readonly eraIndicated?: readonly EraStep[];
}

export class EraInForce {
  readonly #log: Log;
  /** Of the files, which stay what they are. */
  readonly #doubts: readonly Evidence[];
  #judgement: Judgement;
  #era: MonitorEra;

  constructor(judgement: Judgement, log: Log = {}) {
    this.#log = log;
    this.#judgement = judgement;
    this.#doubts = judgement.doubts ?? [];
    this.#era = monitorEras[preferred(judgement)];
  }

  get era(): MonitorEra {
    return this.#era;
  }

  /** The eras that are still possible. */
  get steps(): readonly EraStep[] {
    return this.#judgement.steps;
  }

  /** Whether the era is one of these or may turn out to be. */
  mayBe(...steps: readonly EraStep[]): boolean {
    return this.#judgement.steps.some((step) => steps.includes(step));
  }

  /** Whether it is or may be one of these, or the guest's files have indicated so. */
  isSuspected(...steps: readonly EraStep[]): boolean {
    const isIn = (step: EraStep): boolean => steps.includes(step);
    return this.mayBe(...steps) || this.#doubts.some(({ admits }) => admits.some(isIn));
  }

  /** Whether it is one of these for certain. */
  isOneOf(...steps: readonly EraStep[]): boolean {
    return this.#judgement.steps.every((step) => steps.includes(step));
  }

  /** Takes in what the guest has shown. */
  saw(evidence: Evidence): Contradiction | undefined {
    const next = narrow(this.#judgement, evidence);
    if (isContradiction(next)) return next;
    if (next === this.#judgement) return secondDoubt(next, this.#doubts, evidence);
    this.#judgement = next;
    this.#era = monitorEras[preferred(next)];
    this.#log.debug?.(`era ${this.#era.step}: ${evidence.what}`, {
      possible: next.steps,
      why: reasonsOf(next),
    });
    return undefined;
  }

  capture(): EraState {
    const { steps } = this.#judgement;
    const era = certainSteps(this.#judgement);
    return { era, ...(era.length > steps.length && { eraIndicated: steps }) };
  }

  /** What a state does not say stays as it is. */
  restore({ era, eraIndicated }: Partial<EraState>): void {
    if (era === undefined) return;
    const what = 'the snapshot says so';
    const steps = eraIndicated ?? era;
    const indications = eraIndicated === undefined ? [] : [{ what, admits: steps, indication: true }];
    this.#judgement = { steps, reasons: [{ what, admits: era }, ...indications] };
    this.#era = monitorEras[preferred(this.#judgement)];
  }
}

/** The judgement on a guest of which only its identity is known, which says `S`, `M` or a step: M as our own kernel speaks it. */
export function judgementOf(name: unknown): Judgement {
  const steps: readonly EraStep[] =
    name === 'M'
      ? ['M4']
      : Object.values(monitorEras).some(({ step }) => step === name)
        ? stepsOf(name as EraStep)
        : ['S'];
  return { steps, reasons: [{ what: 'the guest was made as one', admits: steps }] };
}
