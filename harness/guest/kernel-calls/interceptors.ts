/**
 * Kernel calls as the harness sees them: each call of an unmodified kernel passes here before the kernel's own handler.
 *
 * Interceptors look at a call, stop the run there, or answer in the kernel's place. What must hold: a call nobody
 * intercepts costs no allocation, and watching calls changes nothing in the guest.
 */
import type { Machine, TrapDecision, TrappedInterrupt } from '../../../emulator/types.ts';
import type { ErrnoName } from '../../../images/abi/errno.ts';
import { callAbis, kernelCallNames } from '../../../images/abi/eras.ts';
import type { EraName } from '../../../images/abi/eras.ts';
import { trapVectors } from '../../../images/abi/ports.ts';
import { InputError } from '../errors.ts';
import type { KernelCall } from '../stop.ts';
import { CallRing } from './call-ring.ts';
import type { CallHistory } from './call-ring.ts';

/** What becomes of an intercepted call. */
export type CallDecision =
  /** The kernel serves it. */
  | { readonly kind: 'deliver' }
  /** The run stops here; when it goes on, the kernel serves the call. */
  | { readonly kind: 'stop' }
  /** The call returns this value at once; the kernel never sees it. A kernel of 2024 has 32 bits for it, later ones 64. */
  | { readonly kind: 'answer'; readonly value: number | bigint }
  /** The call fails with this error at once; the kernel never sees it. */
  | { readonly kind: 'fail'; readonly errno: ErrnoName };

/** Looks at a call. No result means that the kernel serves it. */
export type Interceptor = (call: KernelCall) => CallDecision | undefined;

/** Sees each call with what became of it: behind all interceptors, so nothing it sees will change. */
export type CallObserver = (call: KernelCall, decision: CallDecision) => void;

/** Which calls: by name or number, several of them, or `all`. */
export type CallSelector = string | number | readonly (string | number)[];

/** Turns a selector into call numbers; undefined means all. Throws {@link InputError} for a name that no call of any era has. */
export function selectCalls(selector: CallSelector, era: EraName): ReadonlySet<number> | undefined {
  if (selector === 'all') return undefined;
  const wanted = typeof selector === 'object' ? selector : [selector];
  return new Set(
    wanted.flatMap((one) => {
      if (typeof one === 'number') return one;
      if (!kernelCallNames.has(one))
        throw new InputError(`no kernel call is named ${JSON.stringify(one)}: give its number`);
      return callAbis[era].kernelCalls.find(({ name }) => name === one)?.number ?? [];
    }),
  );
}

/** The numbers belong to an era, and are looked up anew when the guest turns out to be of another. */
interface Registration {
  readonly selector: CallSelector;
  readonly interceptor: Interceptor;
  era: EraName;
  numbers: ReadonlySet<number> | undefined;
}

/** Who a guest's kernel calls are told to. */
export interface CallListeners {
  /** The vector of the first call since reset. */
  readonly first: (vector: number) => void;
  /** A call at which the run is to end. */
  readonly stop: (call: KernelCall) => void;
}

export class KernelCalls {
  readonly #machine: Machine;
  readonly #era: () => EraName;
  readonly #ring: CallRing;
  readonly #told: CallListeners;
  #registrations: readonly Registration[] = [];
  #observers: readonly CallObserver[] = [];

  /**
   * @param era That of the guest, as far as it is known: asked for each call that somebody looks at.
   * @param told Called inside the trap.
   */
  constructor(machine: Machine, era: () => EraName, told: CallListeners) {
    this.#machine = machine;
    this.#era = era;
    this.#ring = new CallRing(era);
    this.#told = told;
    machine.trapInterrupts([trapVectors.eraS, trapVectors.eraM], (interrupt) => this.#trap(interrupt));
  }

  /** Kernel calls made since reset. */
  get count(): number {
    return this.#ring.count;
  }

  /** The last kernel calls, oldest first. */
  recent(): KernelCall[] {
    return this.#ring.recent();
  }

  /**
   * Sees the selected calls from now on, in the order of registration; the first decision other than to deliver counts.
   *
   * @returns A function that ends the interception.
   */
  intercept(selector: CallSelector, interceptor: Interceptor): () => void {
    const era = this.#era();
    const registration = { selector, interceptor, era, numbers: selectCalls(selector, era) };
    this.#registrations = [...this.#registrations, registration];
    return () => {
      this.#registrations = this.#registrations.filter((other) => other !== registration);
    };
  }

  /**
   * Sees all calls from now on, once their fate is decided. For a call that is answered in the kernel's place, the
   * registers already hold the answer.
   *
   * @returns A function that ends the observation.
   */
  observe(observer: CallObserver): () => void {
    this.#observers = [...this.#observers, observer];
    return () => {
      this.#observers = this.#observers.filter((other) => other !== observer);
    };
  }

  capture(): CallHistory {
    return this.#ring.capture();
  }

  restore(history: CallHistory): void {
    this.#ring.restore(history);
  }

  #trap(interrupt: TrappedInterrupt): TrapDecision {
    const { registers } = this.#machine;
    const number = registers.get('eax');
    this.#ring.record(
      number,
      registers.get('ebx'),
      registers.get('ecx'),
      registers.get('edx'),
      registers.get('edi'),
      interrupt.vector,
      interrupt.frame.eip,
      this.#machine.instructions,
    );
    if (this.#ring.count === 1) this.#told.first(interrupt.vector);
    if (this.#registrations.length === 0 && this.#observers.length === 0) return 'deliver';
    const call = this.#ring.last();
    const decision = this.#decide(call);
    const trapDecision = decision.kind === 'deliver' ? 'deliver' : this.#apply(call, decision);
    for (const observer of this.#observers) observer(call, decision);
    return trapDecision;
  }

  /** The first decision other than to deliver. */
  #decide(call: KernelCall): CallDecision {
    const era = this.#era();
    for (const registration of this.#registrations) {
      if (registration.era !== era) {
        registration.era = era;
        registration.numbers = selectCalls(registration.selector, era);
      }
      if (registration.numbers?.has(call.number) === false) continue;
      const decision = registration.interceptor(call);
      if (decision !== undefined && decision.kind !== 'deliver') return decision;
    }
    return { kind: 'deliver' };
  }

  #apply(call: KernelCall, decision: Exclude<CallDecision, { kind: 'deliver' }>): TrapDecision {
    switch (decision.kind) {
      case 'stop':
        this.#told.stop(call);
        return 'deliver';
      case 'answer':
        this.#setResult(BigInt.asUintN(64, BigInt(decision.value)));
        return 'return';
      case 'fail':
        this.#setResult(BigInt.asUintN(64, -BigInt(callAbis[this.#era()].errno[decision.errno])));
        return 'return';
    }
  }

  #setResult(value: bigint): void {
    this.#machine.registers.set('eax', Number(value & 0xffff_ffffn));
    if (callAbis[this.#era()].resultRegisters === 'eax') return;
    this.#machine.registers.set('edx', Number(value >> 32n));
  }
}
