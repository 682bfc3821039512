/** Runs test modules, each in a guest of its own restored from the suite's snapshot, as many at once as there are workers. */
import { InputError } from '../guest/errors.ts';
import { ForkPool } from '../snapshots/fork-pool.ts';
import { leftOutTests, type Known } from './known.ts';
import { outcomeOf, type ModuleOutcome } from './outcome.ts';
import type { RegrtestStart } from './start.ts';

export interface SuiteOptions {
  /** Patterns of tests as of a shell, for the whole name or one part of it; all tests where there is none. */
  readonly match: readonly string[];
  /** Guest time that a module may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly workers: number;
  readonly known: Known;
  /** Told of each module as it ends. */
  readonly onOutcome?: (outcome: ModuleOutcome) => void;
  /** Told of the modules that are running, when that changes. */
  readonly onRunning?: (modules: readonly string[]) => void;
  /** Aborting ends the guests; modules that have not ended are missing from the outcomes. */
  readonly signal?: AbortSignal | undefined;
}

/** A module as people name it: `math`, `test_math` and `test.test_math` are one. */
const fullName = (name: string): string => `test_${name.replace(/^test\./, '').replace(/^test_/, '')}`;

/**
 * The modules to run: those named, or all that the list does not leave out.
 *
 * @throws InputError for a module that is none.
 */
export function chooseModules(all: readonly string[], named: readonly string[], known: Known): string[] {
  if (named.length === 0) return all.filter((name) => known.modules.get(name)?.leftOut !== true);
  return [...new Set(named.map(fullName))].map((name) => {
    if (all.includes(name)) return name;
    throw new InputError(`CPython has no test module ${name}: --list names those it has`);
  });
}

/** The standard input by which a guest is told what to run. */
export function requestFor(module: string, { match, known }: Pick<SuiteOptions, 'match' | 'known'>): string {
  return `${JSON.stringify({ module, match, leave: leftOutTests(known, module) })}\n`;
}

/** Runs modules in the order given. The outcomes are in that order too. */
export async function runModules(
  { snapshot }: RegrtestStart,
  modules: readonly string[],
  options: SuiteOptions,
): Promise<ModuleOutcome[]> {
  const { onOutcome, onRunning, signal, timeoutMs } = options;
  const workers = Math.max(1, Math.min(options.workers, modules.length));
  const pool = await ForkPool.start(snapshot, workers);
  const stop = (): void => void pool.stop();
  signal?.addEventListener('abort', stop, { once: true });
  const outcomes = new Map<string, ModuleOutcome>();
  const running = new Set<string>();
  const queue = modules.values();
  const work = async (): Promise<void> => {
    for (const module of queue) {
      running.add(module);
      onRunning?.([...running]);
      const stdin = requestFor(module, options);
      const outcome = outcomeOf(
        module,
        await pool.run({ stdin, deadlines: { virtualMs: timeoutMs, wallMs: Infinity } }),
      );
      running.delete(module);
      outcomes.set(module, outcome);
      onOutcome?.(outcome);
    }
  };
  try {
    await Promise.all(Array.from({ length: workers }, work));
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
    await pool.stop();
  }
  return modules.flatMap((module) => outcomes.get(module) ?? []);
}
