/**
 * Builds steps: each once, in parallel where they don't depend on each other, from the cache where their inputs are
 * unchanged. Must hold: a result in the cache is whole; an interrupted or failed step leaves nothing but its log.
 */
import { setMaxListeners } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pruneKind, removeFolder, sweep } from '../store/contents.ts';
import { withLock } from '../store/lock.ts';
import { Store } from '../store/store.ts';
import type { BuildEvent } from '../types.ts';
import { makeFolder } from '../system/folders.ts';
import { DigestMemo, sha256 } from './digest-memo.ts';
import { entryFolder, isIntact, publish, readEntry } from './entry.ts';
import { asBuildError, BuildError, interrupted, unusablePath } from './errors.ts';
import { canonical, inputsOf } from './keys.ts';
import { projectRoot } from './paths.ts';
import { runTool } from './run-tool.ts';
import type { BuiltStep, Step, StepContext } from './step.ts';
import { makeCacheFolder } from './cache-folder.ts';

export interface EngineOptions {
  readonly cacheRoot: string;
  readonly onProgress?: ((event: BuildEvent) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Most steps to run at once; each may start as many processes as there are processors. Default: no limit. */
  readonly mostRunning?: number | undefined;
  /** Results that were built elsewhere, which count before the cache. */
  readonly prebuilt?: ((memo: DigestMemo) => Prebuilt | undefined) | undefined;
  /** Called for each step that was built or found, once. Returns a warning about its results, if any. */
  readonly check?: ((built: BuiltStep) => string | undefined) | undefined;
}

/** A result that was built elsewhere, or why there is none to use. */
export type PrebuiltStep =
  | { readonly kind: 'found'; readonly built: BuiltStep }
  /** Made from other sources, or not there. */
  | { readonly kind: 'none' }
  | { readonly kind: 'damaged'; readonly warning: string };

/** Where results that were built elsewhere are found. */
export interface Prebuilt {
  step(step: Step): Promise<PrebuiltStep>;
}

/** What building found and did. */
export interface BuildOutcome {
  /** The results of each step that was asked for, in order. */
  readonly built: readonly BuiltStep[];
  /** Names of the steps that had to run. */
  readonly ran: readonly string[];
  readonly warnings: readonly string[];
}

/** Builds the steps asked for, and what they need. Rejects with a `BuildError`. */
export async function buildSteps(targets: readonly Step[], options: EngineOptions): Promise<BuildOutcome> {
  const build = new Build(options);
  try {
    return { built: await build.all(targets), ran: build.ran, warnings: build.warnings };
  } finally {
    build.close();
  }
}

/** The steps whose results are in the cache, undefined for each that would have to run. Runs nothing. */
export async function findSteps(
  targets: readonly Step[],
  { cacheRoot, prebuilt }: Pick<EngineOptions, 'cacheRoot' | 'prebuilt'>,
): Promise<readonly (BuiltStep | undefined)[]> {
  const memo = new DigestMemo(new Store(cacheRoot));
  const known = new Map<Step, Promise<BuiltStep | undefined>>();
  const find = (step: Step): Promise<BuiltStep | undefined> => {
    let found = known.get(step);
    if (found === undefined) known.set(step, (found = look(step)));
    return found;
  };
  const elsewhere = prebuilt?.(memo);
  const look = async (step: Step): Promise<BuiltStep | undefined> => {
    const packed = await elsewhere?.step(step);
    if (packed?.kind === 'found') return packed.built;
    const needed = await Promise.all(step.steps.map(find));
    const present = needed.filter((one) => one !== undefined);
    if (present.length < needed.length) return undefined;
    const built = readEntry(cacheRoot, step.name, (await inputsOf(step, present, memo)).key);
    return built !== undefined && isIntact(built, memo) ? built : undefined;
  };
  const found = await Promise.all(targets.map(find));
  memo.save();
  return found;
}

class Build {
  readonly ran: string[] = [];
  readonly warnings: string[] = [];
  readonly #options: EngineOptions;
  readonly #memo: DigestMemo;
  readonly #prebuilt: Prebuilt | undefined;
  readonly #steps = new Map<Step, Promise<BuiltStep>>();
  /** Aborted when a step fails, so that its siblings stop too; follows the caller's signal. */
  readonly #stop = new AbortController();
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  readonly #onAbort = (): void => {
    this.#stop.abort();
  };

  constructor(options: EngineOptions) {
    this.#options = options;
    // Each step that runs or waits listens for the end of all.
    setMaxListeners(0, this.#stop.signal);
    this.#memo = new DigestMemo(new Store(options.cacheRoot));
    this.#prebuilt = options.prebuilt?.(this.#memo);
    if (options.signal?.aborted === true) this.#stop.abort();
    else options.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Builds all; if one fails, waits until the others have stopped, so that nothing runs on in the background. */
  async all(steps: readonly Step[]): Promise<BuiltStep[]> {
    const settled = await Promise.allSettled(steps.map((step) => this.#ensure(step)));
    const failures = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []));
    // The first cause, not the siblings that were stopped because of it.
    const isCause = (failure: Error): boolean =>
      !(failure instanceof BuildError && failure.kind === 'interrupted');
    const cause = failures.find(isCause) ?? failures[0];
    if (cause !== undefined) throw cause;
    return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  }

  close(): void {
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.#memo.save();
    if (this.ran.length > 0) pruneDaily(this.#options.cacheRoot);
  }

  #ensure(step: Step): Promise<BuiltStep> {
    let promise = this.#steps.get(step);
    if (promise === undefined) this.#steps.set(step, (promise = this.#realize(step)));
    return promise;
  }

  async #realize(step: Step): Promise<BuiltStep> {
    const { cacheRoot } = this.#options;
    const packed = await this.#prebuilt?.step(step);
    if (packed?.kind === 'found') return packed.built;
    if (packed?.kind === 'damaged') this.#warn(packed.warning);
    const needed = await this.all(step.steps);
    const keyed = await inputsOf(step, needed, this.#memo).catch((error: unknown) => {
      throw asBuildError(error, step.name, cacheRoot, undefined);
    });
    let built = readEntry(cacheRoot, step.name, keyed.key);
    if (built !== undefined && !isIntact(built, this.#memo)) {
      this.#remove(step, keyed.key);
      built = undefined;
    }
    const unusable = built === undefined ? unusablePath(cacheRoot, projectRoot) : undefined;
    if (unusable !== undefined) throw unusable;
    built ??= await this.#inTurn(() => this.#runLocked(step, needed, keyed));
    const warning = this.#options.check?.(built);
    if (warning !== undefined) this.#warn(warning);
    return built;
  }

  /** Runs `work` when fewer than `mostRunning` others do, in the order of the calls. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const { mostRunning = Infinity } = this.#options;
    if (this.#running >= mostRunning) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }

  async #runLocked(
    step: Step,
    needed: readonly BuiltStep[],
    keyed: Awaited<ReturnType<typeof inputsOf>>,
  ): Promise<BuiltStep> {
    const { cacheRoot, onProgress } = this.#options;
    const name = `${step.name}-${keyed.key.slice(0, 24)}`;
    const log = path.join(cacheRoot, 'logs', `${name}.log`);
    const work = path.join(cacheRoot, 'tmp', `${process.pid}-${name}`);
    try {
      makeCacheFolder(cacheRoot);
      return await withLock(
        path.join(cacheRoot, 'locks', name),
        {
          signal: this.#stop.signal,
          onWait: (owner) => onProgress?.({ kind: 'waiting', step: step.name, owner }),
        },
        async () => {
          const theirs = readEntry(cacheRoot, step.name, keyed.key);
          if (theirs !== undefined) return theirs;
          // An entry appears whole: one that is there and cannot be read is damaged, and in the way of the next.
          if (existsSync(entryFolder(cacheRoot, step.name, keyed.key))) this.#remove(step, keyed.key);
          if (this.#stop.signal.aborted) throw interrupted(step.name);
          sweep(cacheRoot);
          makeFolder(path.dirname(log));
          writeFileSync(log, `${step.name} ${keyed.key}\n`);
          return await this.#run(step, needed, keyed, log, work);
        },
      );
    } catch (error) {
      const failure = asBuildError(error, step.name, cacheRoot, log);
      this.#stop.abort();
      throw failure;
    } finally {
      try {
        rmSync(work, { recursive: true, force: true });
      } catch {
        // Swept away by the next build; the error that led here says more.
      }
    }
  }

  /** Takes a damaged entry away. */
  #remove({ name }: Step, key: string): void {
    const { cacheRoot } = this.#options;
    this.#warn(`${name} was damaged in the cache and is built again`);
    removeFolder(cacheRoot, entryFolder(cacheRoot, name, key));
  }

  async #run(
    step: Step,
    needed: readonly BuiltStep[],
    keyed: Awaited<ReturnType<typeof inputsOf>>,
    log: string,
    work: string,
  ): Promise<BuiltStep> {
    const { cacheRoot, onProgress } = this.#options;
    const start = performance.now();
    const seconds = (): number => Math.round(performance.now() - start) / 1000;
    onProgress?.({ kind: 'started', step: step.name });
    try {
      rmSync(work, { recursive: true, force: true });
      const entry = path.join(work, 'entry');
      const scratch = path.join(work, 'work');
      makeFolder(path.join(entry, 'files'));
      mkdirSync(scratch);
      const tools: Record<string, string> = {};
      const said: { identity?: string } = {};
      for (const one of needed) Object.assign(tools, one.manifest.tools);
      const context = this.#contextOf(step, needed, {
        out: path.join(entry, 'files'),
        work: scratch,
        log,
        tools,
        said,
      });
      await step.run(context);
      if (this.#stop.signal.aborted) throw interrupted(step.name);
      const built = publish(cacheRoot, entry, {
        step: step.name,
        ...keyed,
        tools,
        seconds: seconds(),
        identity: said.identity,
      });
      this.ran.push(step.name);
      onProgress?.({ kind: 'finished', step: step.name, seconds: seconds() });
      return built;
    } catch (error) {
      onProgress?.({ kind: 'failed', step: step.name, seconds: seconds() });
      throw error;
    }
  }

  #contextOf(
    step: Step,
    needed: readonly BuiltStep[],
    at: {
      out: string;
      work: string;
      log: string;
      tools: Record<string, string>;
      said: { identity?: string };
    },
  ): StepContext {
    const { cacheRoot } = this.#options;
    const { signal } = this.#stop;
    const runner = { step: step.name, cacheRoot, cwd: at.work, log: at.log, signal };
    return {
      out: at.out,
      work: at.work,
      cacheRoot,
      signal,
      filesOf: (wanted) => {
        const index = step.steps.indexOf(wanted);
        const found = needed[index];
        if (found === undefined) throw new Error(`${step.name} does not name ${wanted.name} as an input`);
        return found.files;
      },
      run: (command, args, options) => runTool(runner, command, args, options),
      log: (line) => {
        appendFileSync(at.log, `${line}\n`);
      },
      warn: (text) => {
        this.#warn(text);
      },
      recordTool: (name, version) => {
        at.tools[name] = version;
      },
      identify: (by) => {
        at.said.identity = sha256(canonical(by));
      },
      prefixMap: [
        // Of two maps for a path gcc takes the later, so the cache may lie in the project.
        `-ffile-prefix-map=${projectRoot}=/nanvix-v86`,
        ...needed.map((one) => `-ffile-prefix-map=${one.files}=/${one.manifest.step}`),
        `-ffile-prefix-map=${at.out}=/out`,
        `-ffile-prefix-map=${at.work}=/work`,
      ],
    };
  }

  #warn(text: string): void {
    this.warnings.push(text);
    this.#options.onProgress?.({ kind: 'warning', text });
  }
}

/** Once a day, after something was built: results that nobody has used for long go, and logs. */
function pruneDaily(cacheRoot: string): void {
  const store = new Store(cacheRoot);
  const today = new Date().toISOString().slice(0, 10);
  const last = store.read('notes', 'pruned')?.content;
  if (last !== undefined && new TextDecoder().decode(last) === today) return;
  store.write('notes', 'pruned', Buffer.from(today));
  for (const kind of ['images', 'logs'] as const) pruneKind(cacheRoot, kind, Date.now());
}
