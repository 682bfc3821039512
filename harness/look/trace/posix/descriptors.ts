/** Which path each open descriptor stands for, followed from the calls that succeed. */
import { posix } from 'node:path';
import type { GuestView } from '../guest-view.ts';
import { CURRENT_DIRECTORY, duplicatingCommands } from './constants.ts';
import type { DescriptorEffect } from './signature.ts';

const standardStreams: readonly (readonly [number, string])[] = [
  [0, 'stdin'],
  [1, 'stdout'],
  [2, 'stderr'],
];

/** A copy of what is known. */
export interface DescriptorsState {
  readonly paths: readonly (readonly [number, string])[];
  readonly directory: string;
}

export class Descriptors {
  #paths = new Map<number, string>(standardStreams);
  #directory = '/';

  save(): DescriptorsState {
    return { paths: [...this.#paths], directory: this.#directory };
  }

  restore({ paths, directory }: DescriptorsState): void {
    this.#paths = new Map(paths);
    this.#directory = directory;
  }

  /** `3</test.py>`, or `3` where the path is not known. */
  describe(descriptor: number): string {
    const number = descriptor | 0;
    const path = this.#paths.get(number);
    return path === undefined ? String(number) : `${number}<${path}>`;
  }

  /** `AT_FDCWD`, or a descriptor. */
  describeDirectory(descriptor: number): string {
    return descriptor >>> 0 === CURRENT_DIRECTORY ? 'AT_FDCWD' : this.describe(descriptor);
  }

  /**
   * Takes in a call that has succeeded.
   *
   * @param words The arguments as they were when the call was made.
   * @param path The path argument, read at that time.
   */
  apply(effect: DescriptorEffect, words: readonly number[], result: number, path: string | undefined): void {
    switch (effect.kind) {
      case 'opens':
        if (path === undefined) return;
        this.#paths.set(
          result,
          this.#resolve(path, effect.directory === undefined ? undefined : words[effect.directory]),
        );
        return;
      case 'closes':
        this.#paths.delete((words[effect.descriptor] ?? -1) | 0);
        return;
      case 'controls':
        if (duplicatingCommands.has(words[effect.descriptor + 1] ?? -1))
          this.#duplicate(words[effect.descriptor], result);
        return;
      case 'duplicates':
        this.#duplicate(words[effect.descriptor], result);
        return;
      case 'changes-directory':
        if (path !== undefined) this.#directory = this.#resolve(path, undefined);
        else if (effect.descriptor !== undefined) {
          this.#directory = this.#paths.get((words[effect.descriptor] ?? -1) | 0) ?? this.#directory;
        }
    }
  }

  #duplicate(from: number | undefined, to: number): void {
    const path = this.#paths.get((from ?? -1) | 0);
    if (path === undefined) this.#paths.delete(to);
    else this.#paths.set(to, path);
  }

  #resolve(path: string, directory: number | undefined): string {
    const base =
      directory === undefined || directory >>> 0 === CURRENT_DIRECTORY
        ? this.#directory
        : (this.#paths.get(directory | 0) ?? '');
    return posix.resolve(base, path);
  }
}

/** The path a call with an effect names, to be read when the call is made. */
export function pathOf(
  effect: DescriptorEffect | undefined,
  words: readonly number[],
  view: GuestView,
): string | undefined {
  if (effect?.kind !== 'opens' && effect?.kind !== 'changes-directory') return undefined;
  if (effect.path === undefined) return undefined;
  return view.text(words[effect.path] ?? 0);
}
