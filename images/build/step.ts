/** What a step of the build is: data, and one function that makes files. Types only. */
/** A value that can be part of a key. Object keys are sorted before hashing. */
export type Parameter =
  string | number | boolean | null | readonly Parameter[] | { readonly [name: string]: Parameter };

/** What a step is given to work with. */
export interface StepContext {
  /** Empty folder for the results. What lies here when `run` returns is the result. */
  readonly out: string;
  /** Empty folder for everything else; removed afterwards. */
  readonly work: string;
  /** Folder with the results of a step that this one names as an input. */
  readonly filesOf: (step: Step) => string;
  /** Runs a program; its output goes to the step's log. Fails the step unless it exits with 0. */
  readonly run: (command: string, args: readonly string[], options?: RunOptions) => Promise<string>;
  /** Writes a line to the step's log. */
  readonly log: (line: string) => void;
  /** Tells people something that does not stop the build. */
  readonly warn: (text: string) => void;
  /** Records the version of a tool in the manifest. */
  readonly recordTool: (name: string, version: string) => void;
  /** Says what the step counts by where another names it as an input, instead of the digest of its results. */
  readonly identify: (by: Parameter) => void;
  /** Flags that keep this machine's paths out of what the compiler writes. */
  readonly prefixMap: readonly string[];
  readonly cacheRoot: string;
  readonly signal: AbortSignal | undefined;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Added to a small fixed environment; the caller's own does not leak into a build, except where to find tools. */
  readonly env?: Readonly<Record<string, string>>;
  /** Return the output and leave it out of the log. */
  readonly quiet?: boolean;
}

/**
 * One step. Its key is the SHA-256 of all inputs, where a step named as an input counts by its results, or by what it
 * identified itself with: a step that is built again with equal results does not cause others to be.
 */
export interface Step {
  /** Lower-case words joined by hyphens. Part of the folder's name in the cache. */
  readonly name: string;
  /** Absolute paths of files in the project, the recipe itself among them. */
  readonly files: readonly string[];
  readonly steps: readonly Step[];
  /** All else that the result depends on. A function is called when the key is needed. */
  readonly parameters?: Parameter | (() => Promise<Parameter> | Parameter);
  /**
   * A step that gives tools rather than content: recorded digests of results do not count it as an input. It says by
   * `StepContext.identify` what decides the output of its tools.
   */
  readonly isTool?: boolean;
  readonly run: (context: StepContext) => Promise<void>;
}

/** A built step. */
export interface BuiltStep {
  /** Folder with the results. */
  readonly files: string;
  readonly manifest: Manifest;
  /** Results that lie in another folder: absolute paths by name. */
  readonly elsewhere?: Readonly<Record<string, string>>;
}

/** A file among the results. */
export interface ResultFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What manifest.json beside the results says. */
export interface Manifest {
  readonly format: 2;
  readonly step: string;
  readonly key: string;
  /** Like the key, but blind to tools: equal here and different results mean different tools. */
  readonly sourceKey: string;
  readonly inputs: {
    readonly files: Readonly<Record<string, string>>;
    readonly steps: Readonly<Record<string, string>>;
    readonly parameters: Parameter;
  };
  readonly tools: Readonly<Record<string, string>>;
  readonly seconds: number;
  /** SHA-256 over names, modes and contents of all results. */
  readonly digest: string;
  /** What the step counts by where another names it: `digest`, or that of what it identified itself with. */
  readonly identity: string;
  readonly fileCount: number;
}
