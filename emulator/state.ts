/**
 * A machine's state, taken as an image and put back.
 *
 * Brings together what has a state of its own: RAM, processor and compiled code inside v86, devices, time, randomness. Knows
 * which image RAM last agreed with, so that only what has changed since is looked at.
 */

import type { Device } from './devices/device.ts';
import {
  type Baseline,
  blankRam,
  captureCompiled,
  captureProcessor,
  captureRam,
  compiledForProbes,
  type CompiledLayer,
  type FittingCode,
  Image,
  restoreCompiled,
  restoreProcessor,
  restoreRam,
  restoreShadow,
  type SurroundingsState,
} from './image.ts';
import type { MachineLinearMemory } from './memory.ts';
import type { Progress } from './progress.ts';
import type { RandomWords } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import type { MachineImage, RestoreOptions } from './types.ts';
import type { V86Instance } from './v86/instance.ts';
import { JitConfig, PAGE } from './v86/internals.ts';
import { captureTranslations } from './v86/translations.ts';

/** What a machine consists of besides v86. */
interface Parts {
  readonly memoryBytes: number;
  readonly ticksPerMicrosecond: number;
  readonly devices: readonly Device[];
  readonly scheduler: Scheduler;
  readonly progress: Progress;
  readonly random: RandomWords;
  readonly linear: MachineLinearMemory;
}

/**
 * What pages keep of their heat when a machine goes back and keeps its code. Run again and again, it comes to at most four times
 * that of one run: what a run goes through seldom is not compiled, some milliseconds at a time, in the hundredth run.
 */
const HEAT_KEPT = 3 / 4;

export class MachineState {
  readonly #parts: Parts;
  #baseline: Baseline;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#baseline = blankRam(parts.memoryBytes);
  }

  /** There is another v86, its RAM all zero. */
  startOver(): void {
    this.#baseline = blankRam(this.#parts.memoryBytes);
  }

  /** There is no v86 any more. */
  forget(): void {
    this.#baseline = [];
  }

  capture(v86: V86Instance, compiled: boolean): Image {
    const { memoryBytes, ticksPerMicrosecond, progress } = this.#parts;
    progress.settle();
    const pages = captureRam(v86, this.#baseline);
    const image = new Image({
      ...{ memoryBytes, ticksPerMicrosecond, pages },
      processor: captureProcessor(v86),
      translations: captureTranslations(v86),
      surroundings: this.#surroundings(),
      compiled: compiled ? captureCompiled(v86) : undefined,
    });
    this.#agreeWith(v86, image);
    return image;
  }

  /** @throws TypeError for what is no image; RangeError for one of a machine that is made otherwise. */
  checked(image: MachineImage): Image {
    const { memoryBytes, ticksPerMicrosecond } = this.#parts;
    if (!(image instanceof Image)) throw new TypeError('this image was not made by this emulator');
    if (image.memoryBytes !== memoryBytes || image.ticksPerMicrosecond !== ticksPerMicrosecond) {
      throw new RangeError(
        `the image is of a machine with ${image.memoryBytes / 2 ** 20} MiB and ${image.ticksPerMicrosecond} ` +
          `instructions per microsecond, this one has ${memoryBytes / 2 ** 20} and ${ticksPerMicrosecond}`,
      );
    }
    return image;
  }

  /** `mayCompile` does not say whether compiled code may be run: `compiled` does. @returns The number of pages copied. */
  restore(
    v86: V86Instance,
    image: Image,
    compiled: NonNullable<RestoreOptions['compiled']>,
    mayCompile: boolean,
  ): number {
    const layer = compiled === 'image' ? image.compiled : undefined;
    const copied =
      layer !== undefined && compiledForProbes(v86, layer)
        ? this.#restoreWithCode(v86, image, layer, mayCompile)
        : this.#restoreGuest(v86, image, compiled === 'keep');
    this.#agreeWith(v86, image);
    this.#restoreSurroundings(image.surroundings);
    return copied;
  }

  #restoreWithCode(v86: V86Instance, image: Image, layer: CompiledLayer, mayCompile: boolean): number {
    v86.functions.bind(layer.code);
    const copied = restoreRam(v86, this.#baseline, image.pages, undefined);
    restoreCompiled(v86, layer);
    restoreShadow(v86, image.processor);
    v86.exports.set_jit_config(JitConfig.disabled, mayCompile ? 0 : 1);
    return copied;
  }

  #restoreGuest(v86: V86Instance, image: Image, keepsCode: boolean): number {
    // Where no code is kept, none can be left of a page whose content changes: pages need not be compared first.
    if (keepsCode) v86.coolPages(HEAT_KEPT);
    else v86.exports.jit_clear_cache_js();
    const drop = (page: number): void => {
      v86.exports.jit_dirty_cache(page * PAGE, (page + 1) * PAGE);
    };
    const copied = restoreRam(v86, this.#baseline, image.pages, keepsCode ? drop : undefined);
    restoreProcessor(v86, image.processor, image.translations, keepsCode ? this.#remembers : undefined);
    return copied;
  }

  /** Gives v86 code compiled elsewhere; everything else stays as it is. */
  addCode(v86: V86Instance, { layer, stale }: FittingCode, mayCompile: boolean): void {
    const [processor, translations] = [captureProcessor(v86), captureTranslations(v86)];
    const progress = this.#parts.progress.save();
    restoreCompiled(v86, layer);
    for (const page of stale) v86.exports.jit_dirty_cache(page * PAGE, (page + 1) * PAGE);
    restoreProcessor(v86, processor, translations, this.#remembers);
    this.#parts.progress.restore(progress);
    v86.exports.set_jit_config(JitConfig.disabled, mayCompile ? 0 : 1);
  }

  readonly #remembers = (page: number, entry: number): boolean => this.#parts.linear.remembers(page, entry);

  #agreeWith(v86: V86Instance, image: Image): void {
    this.#baseline = image.pages;
    v86.resetDirty();
  }

  #surroundings(): SurroundingsState {
    const { devices, scheduler, progress, random } = this.#parts;
    return {
      devices: Object.fromEntries(devices.map((device) => [device.name, device.save()])),
      ...scheduler.save(),
      ...progress.save(),
      random: random.state,
    };
  }

  #restoreSurroundings(state: SurroundingsState): void {
    const { devices, scheduler, progress, random } = this.#parts;
    for (const device of devices) {
      const saved = state.devices[device.name];
      if (saved !== undefined) device.restore(saved);
    }
    scheduler.restore(state);
    progress.restore(state);
    random.state = state.random;
  }
}
