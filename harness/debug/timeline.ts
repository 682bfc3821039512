/**
 * A guest whose whole run can be travelled: to any instruction count, forwards and backwards, exactly.
 *
 * Going back is a restore of the nearest checkpoint before the place and a replay up to it. That is exact because a run is
 * a function of its start: what else went in (changes by a debugger, answers given to kernel calls, input) is in the
 * {@link History} or kept by the guest's standard input, and goes in again at the same instruction. What must hold: while
 * the guest stands before {@link end}, running repeats the past; behind it, it makes new history.
 */
import type { CaptureOptions, RestoreOptions, StepLog } from '../../emulator/types.ts';
import type { Deadlines } from '../guest/options.ts';
import { GuestStateError, InputError } from '../guest/errors.ts';
import type { GuestSnapshot } from '../guest/guest-snapshot.ts';
import type { Stop } from '../guest/stop.ts';
import { Checkpoints } from './checkpoints.ts';
import type { Checkpoint, CheckpointOptions } from './checkpoints.ts';
import { History } from './history.ts';
import { complete, SLICE_MS } from './operation.ts';
import type { Operation } from './operation.ts';
import type { OutputGate } from './output-gate.ts';

/** What a timeline needs of a guest. */
export interface TimelineGuest {
  readonly machine: { readonly instructions: number };
  run(deadlines: Deadlines): Stop;
  step(): Stop | undefined;
  logSteps(log: StepLog): { readonly stop?: Stop };
  inputReady(): Promise<void>;
  capture(options: CaptureOptions): GuestSnapshot;
  restore(snapshot: GuestSnapshot, clock: 'continue', options: RestoreOptions): unknown;
}

/** Instructions before a place somebody steps back to at which checkpoints are left for the next steps. */
const NEAR_DISTANCES = [100_000, 2_000];

/** Instructions executed one by one between two pauses. */
const SLICE_STEPS = 500_000;

/** Stops behind which the guest cannot run on. */
function isFinal(stop: Stop): boolean {
  return stop.kind === 'exit' || stop.kind === 'crash' || stop.kind === 'halted';
}

export class Timeline {
  readonly history = new History();
  readonly checkpoints: Checkpoints;
  readonly #guest: TimelineGuest;
  readonly #gate: OutputGate;
  #end: number;
  /** How many changes of the history the guest's present state has seen. */
  #applied = 0;
  #revision = 0;
  /** Below this place nothing is to be done on the way; 0 where that is not known. */
  #quietUntil = 0;
  /** How the guest's run ended, while it stands at its end. */
  #final: Stop | undefined;

  /** @param guest Stands where its history is to start; behind that it is run through this timeline alone. */
  constructor(guest: TimelineGuest, gate: OutputGate, options: CheckpointOptions = {}) {
    this.#guest = guest;
    this.#gate = gate;
    this.checkpoints = new Checkpoints(this.#checkpoint(), options);
    this.#end = this.position;
  }

  /** The instruction count the guest stands at. */
  get position(): number {
    return this.#guest.machine.instructions;
  }

  /** The first instruction count of this history. */
  get start(): number {
    return this.checkpoints.start.at;
  }

  /** The last instruction count this history has reached. */
  get end(): number {
    return this.#end;
  }

  /** How the guest's run ended, if it stands at that place. */
  get final(): Stop | undefined {
    return this.#final;
  }

  /** Grows whenever the guest may have changed; what was read of it at a revision holds as long as that lasts. */
  get revision(): number {
    return this.#revision;
  }

  /** True at a place that has been passed before, where running repeats what is known. */
  isPast(at: number): boolean {
    return at <= this.#end;
  }

  /**
   * Runs forwards until something stops the guest, at the latest at an instruction count.
   *
   * @returns Why it stopped; `reached` at the limit; `input` only where input is not waited for. At the end of the run, the stop that ended it, again and again.
   */
  *run(limit = Infinity): Operation<Stop> {
    for (;;) {
      if (this.#final !== undefined) return this.#final;
      const from = this.position;
      if (from >= limit) return { kind: 'reached', instructions: from };
      const target = Math.min(limit, this.checkpoints.nextPlace(from), this.#nextChange());
      const stop = this.#guest.run({ instructions: target - from, virtualMs: Infinity, wallMs: SLICE_MS });
      this.#arrive();
      if (isFinal(stop)) this.#final = stop;
      else if (this.checkpoints.wantedAt(this.position)) this.checkpoints.addRegular(this.#checkpoint());
      if (stop.kind === 'input' && (yield { ready: this.#guest.inputReady() })) continue;
      if (stop.kind !== 'deadline') return stop;
      yield;
    }
  }

  /**
   * True if one instruction can be executed by {@link step}: nothing is to be done to the guest behind it, or kept of it.
   *
   * @param position Where the guest stands.
   */
  mayStep(position: number): boolean {
    if (position + 1 < this.#quietUntil) return true;
    if (this.#final === undefined) {
      this.#quietUntil = Math.min(this.#nextChange(), this.checkpoints.nextPlace(position));
    }
    return position + 1 < this.#quietUntil;
  }

  /** Executes one instruction, as {@link run} would, at a fraction of the cost. Only where {@link mayStep} says so. */
  step(position: number): Stop | undefined {
    this.#revision++;
    const stop = this.#guest.step();
    const at = stop === undefined ? position + 1 : this.position;
    if (at > this.#end) this.#end = at;
    if (stop !== undefined && isFinal(stop)) {
      this.#final = stop;
      this.#quietUntil = 0;
    }
    return stop;
  }

  /**
   * Goes to an instruction count, from wherever the guest stands. Nothing stops it on the way but the end of the run.
   *
   * @param leaveNear True to leave checkpoints shortly before, because more steps back are to be expected.
   */
  *travel(target: number, leaveNear = false): Operation<void> {
    if (target < this.start) {
      throw new InputError(`instruction ${target} lies before the start of history at ${this.start}`);
    }
    const nearest = this.checkpoints.nearest(target);
    // A guest that crashed is not what it was before at the same place.
    const crashed = this.#final !== undefined && this.#final.kind !== 'exit';
    if (target < this.position || nearest.at > this.position || (crashed && target === this.position)) {
      this.#restore(nearest);
    }
    for (const distance of leaveNear && target <= this.#end ? NEAR_DISTANCES : []) {
      if (target - this.position <= 2 * distance) continue;
      yield* this.#runThrough(target - distance);
      if (this.#final === undefined) this.checkpoints.addNear(this.#checkpoint());
    }
    yield* this.#runThrough(target);
  }

  /** The last instructions up to the present place, at most so many. The guest stands there again afterwards, however this ends. */
  *path(count: number): Operation<StepLog> {
    const end = this.position;
    const ended = this.#final !== undefined;
    const from = Math.max(this.start, end - count);
    const log = { addresses: new Uint32Array(end - from), rings: new Uint8Array(end - from) };
    try {
      yield* this.travel(from);
      while (this.position < end && this.#final === undefined) {
        const at = this.position - from;
        const to = Math.min(end, this.#nextChange(), this.position + SLICE_STEPS) - from;
        const { stop } = this.#guest.logSteps({
          addresses: log.addresses.subarray(at, to),
          rings: log.rings.subarray(at, to),
        });
        this.#arrive();
        if (stop !== undefined && isFinal(stop)) this.#final = stop;
        yield;
      }
      return log;
    } finally {
      complete(this.travel(end));
      // what ended the run may be no instruction that counts
      if (ended && this.#final === undefined) complete(this.run());
    }
  }

  /**
   * Does something to the guest where it stands. What had been known of its future is forgotten.
   *
   * @throws GuestStateError where the guest's run is over: nothing would come of it.
   */
  change(apply: () => void): void {
    if (this.#final !== undefined) throw new GuestStateError('the guest has ended here: go back first');
    this.forgetFuture();
    this.history.addChange({ at: this.position, apply });
    this.#arrive();
  }

  /** Lets history go another way from here: the next run makes a new future. */
  forgetFuture(): void {
    const at = this.position;
    this.history.forgetAfter(at);
    this.checkpoints.dropAfter(at);
    this.#gate.branch();
    this.#end = at;
  }

  /** Puts another snapshot in the guest's place; history starts there. */
  restart(snapshot: GuestSnapshot): void {
    this.#guest.restore(snapshot, 'continue', { compiled: 'image' });
    this.#revision++;
    this.#quietUntil = 0;
    this.history.forgetAll();
    this.#applied = 0;
    this.#final = undefined;
    this.#gate.rewind(snapshot.monitor);
    this.#gate.branch();
    this.#end = this.position;
    this.checkpoints.restart({ at: this.position, changes: 0, snapshot });
  }

  *#runThrough(target: number): Operation<void> {
    while (this.position < target && this.#final === undefined) {
      const before = this.position;
      const stop = yield* this.run(target);
      if (stop.kind === 'input' && this.position === before) return;
    }
  }

  #nextChange(): number {
    return this.history.changes[this.#applied]?.at ?? Infinity;
  }

  /** The guest has come to a place: what was done to it there before is done again. */
  #arrive(): void {
    this.#revision++;
    this.#quietUntil = 0;
    const at = this.position;
    for (let next = this.history.changes[this.#applied]; next !== undefined && next.at <= at;) {
      next.apply();
      this.#applied += 1;
      next = this.history.changes[this.#applied];
    }
    this.#end = Math.max(this.#end, at);
  }

  #checkpoint(): Checkpoint {
    return { at: this.position, changes: this.#applied, snapshot: this.#guest.capture({ compiled: false }) };
  }

  #restore(checkpoint: Checkpoint): void {
    this.#guest.restore(checkpoint.snapshot, 'continue', { compiled: 'keep' });
    this.#gate.rewind(checkpoint.snapshot.monitor);
    this.#applied = checkpoint.changes;
    this.#final = undefined;
    this.#arrive();
  }
}
