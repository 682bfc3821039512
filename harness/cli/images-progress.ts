/** Finds the images, and builds those that are missing with a display of the steps on stderr. */
import type { ListrDefaultRendererLogLevels, ListrLogLevels } from 'listr2';
import type { EraName } from '../../images/abi/era.ts';
import { INTERRUPTS } from '../../images/system/signals.ts';
import type { BootImages, BuildEvent, EnsureOptions, Images } from '../../images/types.ts';
import { builtEraOf, builtMemory, isBuiltProgram, wantedPython } from '../guest/guest-files.ts';
import { DEFAULT_MEMORY_MIB } from '../guest/options.ts';
import { log } from './log.ts';

/** The part of a guest's options that decides which images it needs: its own kernel, memory in MiB, and era. */
export interface ImageOptions {
  readonly kernel?: string;
  readonly memory?: number;
  readonly era?: EraName;
}

/** The images option of a boot: what a guest of this program and kernel needs of them, and nothing where it needs none. */
export async function findImages(
  program: string,
  { kernel, memory = DEFAULT_MEMORY_MIB, era }: ImageOptions,
): Promise<{ images?: BootImages }> {
  const python = wantedPython(program);
  if (kernel !== undefined && python === false) return {};
  const built = await builtEraOf({ kernel, program, era });
  const wanted = { kernel: kernel === undefined ? builtMemory(memory) : undefined, python, era: built };
  const { ensureWanted } = await import('../../images/index.ts');
  return { images: await building((options) => ensureWanted(wanted, options)) };
}

/** {@link findImages}, and compiled code where the program is one built here: for commands that run a guest undisturbed. */
export async function findImagesAndCode(
  program: string,
  options: ImageOptions & { readonly compile: boolean },
): Promise<{ images?: BootImages }> {
  const found = await findImages(program, options);
  if (
    found.images === undefined ||
    !isBuiltProgram(program) ||
    options.kernel !== undefined ||
    (options.era ?? 'S') !== 'S' ||
    !options.compile
  )
    return found;
  await prepareCodeOf(found.images, 'second-use');
  return found;
}

/** Compiles what is kept for CPython, where that is missing, and says so. */
export async function prepareCodeOf(images: BootImages, when: 'now' | 'second-use'): Promise<void> {
  const { prepareCode } = await import('./prepare-code.ts');
  await prepareCode(images, when, () => {
    process.stderr.write("Compiling CPython's code, once (some seconds)\n");
  });
}

/** All images, built where they are missing. */
export async function allImages(): Promise<Images> {
  const { ensureImages } = await import('../../images/index.ts');
  return await building((options) => ensureImages(options));
}

/** Shows what is built, and nothing when nothing has to be. */
async function building<Built extends BootImages>(
  ensure: (options: Pick<EnsureOptions, 'onProgress' | 'signal'>) => Promise<Built>,
): Promise<Built> {
  const built: string[] = [];
  const images = await withProgress("Building the guest's images", ({ onProgress, signal }) =>
    ensure({
      onProgress: (event) => {
        if (event.kind === 'started') built.push(event.step);
        onProgress(event);
      },
      signal,
    }),
  );
  await log('debug', 'images: what the store did not have was built', { built });
  for (const warning of images.warnings) await log('warn', warning);
  return images;
}

/** How work tells what it does. */
export interface WorkProgress extends Required<Pick<EnsureOptions, 'onProgress' | 'signal'>> {
  /** Names what is done now besides building: shown on a terminal until the next. */
  readonly onStep: (what: string) => void;
}

/**
 * Does something that builds, showing its steps from the first event on. An interrupt ends the tools that run, and
 * rejects; without one the signals keep their ordinary meaning, because a guest that runs would never let a handler in.
 */
export async function withProgress<T>(
  title: string,
  work: (progress: WorkProgress) => Promise<T>,
): Promise<T> {
  const aborter = new AbortController();
  const abort = (): void => {
    aborter.abort();
  };
  const display = new StepDisplay(title);
  for (const signal of INTERRUPTS) process.on(signal, abort);
  try {
    const result = await work({
      signal: aborter.signal,
      onProgress: (event) => {
        display.show(event);
      },
      onStep: (what) => {
        if (process.stderr.isTTY) display.name(what);
      },
    });
    await display.end();
    return result;
  } catch (error) {
    await display.end(error);
    throw error;
  } finally {
    for (const signal of INTERRUPTS) process.off(signal, abort);
  }
}

/** One listr2 task whose title names what runs and whose lines name what is done. */
class StepDisplay {
  readonly #title: string;
  readonly #running = new Set<string>();
  readonly #lines: string[] = [];
  #named: string | undefined;
  readonly #work: Promise<void>;
  #finish: { resolve: () => void; reject: (error: unknown) => void } | undefined;
  #task: { title: string; output: string } | undefined;
  #shown: Promise<void> | undefined;

  constructor(title: string) {
    this.#title = title;
    this.#work = new Promise((resolve, reject) => {
      this.#finish = { resolve, reject };
    });
  }

  show(event: BuildEvent): void {
    this.#shown ??= this.#start();
    if (event.kind === 'started') this.#running.add(event.step);
    else if (event.kind === 'finished' || event.kind === 'failed') this.#running.delete(event.step);
    if (event.kind !== 'started') this.#lines.push(lineOf(event));
    this.#update();
  }

  /** Shows what is done now, until the next that is named. */
  name(what: string): void {
    this.#shown ??= this.#start();
    this.#named = what;
    this.#update();
  }

  /** Ends the display, if it was ever shown: as done, or as failed. */
  async end(error?: unknown): Promise<void> {
    if (this.#shown === undefined) return;
    if (error === undefined) this.#finish?.resolve();
    else this.#finish?.reject(new Error('the reason follows'));
    await this.#shown;
  }

  async #start(): Promise<void> {
    const { Listr, ListrLogger, ProcessOutput } = await import('listr2');
    const processOutput = new ProcessOutput(process.stderr, process.stderr);
    const list = new Listr(
      [
        {
          title: this.#title,
          rendererOptions: { outputBar: Infinity, persistentOutput: true },
          task: async (_context, task): Promise<void> => {
            this.#task = task;
            this.#update();
            await this.#work;
            task.title = this.#title;
          },
        },
      ],
      {
        registerSignalListeners: false,
        exitOnError: false,
        rendererOptions: {
          logger: new ListrLogger<ListrDefaultRendererLogLevels>({ processOutput }),
          showErrorMessage: false,
        },
        fallbackRendererOptions: { logger: new ListrLogger<ListrLogLevels>({ processOutput }) },
        fallbackRendererCondition: !process.stderr.isTTY,
      },
    );
    await list.run();
  }

  #update(): void {
    if (this.#task === undefined) return;
    const running = [...this.#running, ...(this.#named === undefined ? [] : [this.#named])].join(', ');
    this.#task.title = running === '' ? this.#title : `${this.#title}: ${running}`;
    for (const line of this.#lines.splice(0)) this.#task.output = line;
  }
}

function lineOf(event: Exclude<BuildEvent, { kind: 'started' }>): string {
  switch (event.kind) {
    case 'waiting':
      return `${event.step}: waiting for process ${event.owner}, which builds it`;
    case 'finished':
      return `${event.step} (${event.seconds.toFixed(1)} s)`;
    case 'failed':
      return `${event.step} failed (${event.seconds.toFixed(1)} s)`;
    case 'warning':
      return `warning: ${event.text}`;
  }
}
