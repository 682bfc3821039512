/** What the harness may ask of images/ and what it gets: types only. The functions are in index.ts. */
import type { Era } from './abi/eras.ts';
import type { LaterPython, Variant } from './cpython/variant.ts';
import type { Product } from './programs/recipe.ts';

/** A finished file in the build cache. Read it, never write it: other processes use the same one. */
export interface ImageFile {
  /** Absolute path. */
  readonly path: string;
  readonly bytes: number;
  /** SHA-256 of the content, lower-case hexadecimal. */
  readonly sha256: string;
}

/** Memory sizes a kernel is compiled for, in MiB. Python needs 256. */
export type KernelMemory = 128 | 256;

export type { LaterPython } from './cpython/variant.ts';

/** Everything a guest is booted from. */
export interface Images {
  readonly variant: Variant;
  /** The kernel's ELF with symbols and debug information, by memory size in MiB. */
  readonly kernel: Readonly<Record<KernelMemory, ImageFile>>;
  readonly python: {
    /** The program, stripped as the variant says: an ELF32 for the guest. */
    readonly elf: ImageFile;
    /** The same link before stripping, for traces and profiles: equal addresses, plus symbols. */
    readonly symbols: ImageFile;
    /** The same link with all debug information (DWARF), for gdb and addr2line: large, equal addresses. */
    readonly debug: ImageFile;
  };
  readonly ramfs: {
    /** `test_hello.py` and what `-B -S` needs, nothing else. */
    readonly hello: ImageFile;
  };
  /** One line each, for people: for example a result whose digest differs from the recorded one. */
  readonly warnings: readonly string[];
  /** True if nothing had to be built. */
  readonly upToDate: boolean;
}

/** What of the images a guest needs. Nothing else is built for it. */
export interface WantedImages {
  /** The kernel for this size of memory in MiB. Default: none. */
  readonly kernel?: KernelMemory | undefined;
  /** CPython, and the volume with its hello; `full` for the one with all modules, which has no such volume; `tests` for that and the volume of its regression tests; a release, such as `3.13`, for another than 3.11.2. Default: false. */
  readonly python?: boolean | 'full' | 'tests' | LaterPython;
  /** Kernel interface of kernel and POSIX layer; `S` by default. */
  readonly era?: Era;
}

/** The images that were wanted. {@link Images} are all of them, and fit wherever some are asked for. */
export interface BootImages {
  readonly kernel: Readonly<Partial<Record<KernelMemory, ImageFile>>>;
  readonly python?: Images['python'];
  /** The volume, if the program has one of its own. */
  readonly ramfs?: Images['ramfs'];
  readonly warnings: readonly string[];
}

/** CPython's regression tests. */
export interface RegressionTests {
  /** Python with all modules that the tests are about, and with those that only tests use. */
  readonly python: ImageFile;
  /** The same with symbols. */
  readonly symbols: ImageFile;
  /** A volume with the whole library, its tests, and what runs them at `TEST_RUNNER`. */
  readonly ramfs: ImageFile;
  /** Names of all test modules, such as `test_math`, sorted. */
  readonly modules: readonly string[];
}

/** What happens to a step while images are built. `seconds` is wall time. */
export type BuildEvent =
  | { readonly kind: 'started'; readonly step: string }
  | { readonly kind: 'waiting'; readonly step: string; readonly owner: number }
  | { readonly kind: 'finished'; readonly step: string; readonly seconds: number }
  | { readonly kind: 'failed'; readonly step: string; readonly seconds: number }
  | { readonly kind: 'warning'; readonly text: string };

export interface EnsureOptions {
  /** Default: `referenceVariant`. */
  readonly variant?: Variant;
  /** Kernel interface of kernel and POSIX layer; `S` by default. */
  readonly era?: Era;
  /** Called for each event, also when nothing is to be done (then never). Default: silent. */
  readonly onProgress?: (event: BuildEvent) => void;
  /** Aborting ends the tools that run and rejects with a `BuildError` of kind `interrupted`. */
  readonly signal?: AbortSignal;
}

export interface CompileOptions extends Omit<EnsureOptions, 'variant'> {
  /** Files in C (`.c`), C++ (`.cc`, `.cpp` …) or assembler (`.S`, `.s`), absolute or relative to the current folder. */
  readonly sources: readonly string[];
  /** Extra compiler and linker flags, objects and archives, in order, for example `['-O2', '-DX=1', 'more.o']`. */
  readonly flags?: readonly string[];
  /** `c++` compiles C as C++ and links libstdc++. By default both are done for files in C++ only. */
  readonly language?: 'c' | 'c++';
  /** Where to copy the program. Without it the program stays in the cache (and is found there next time). */
  readonly output?: string;
}

/** What a compiler is asked for: see {@link ProductOptions}. */
export type { Product } from './programs/recipe.ts';

/** How to make a program, or what goes into one. */
export interface ProductOptions extends Omit<CompileOptions, 'output'> {
  /**
   * `program`: an ELF. `object`, `assembly` and `preprocessed`: what `-c`, `-S` and `-E` give, of one source. `answer`: the
   * compiler is asked about itself by `flags`.
   */
  readonly product: Product;
  /** Where to copy it; without one it stays in the cache. */
  readonly output?: string | undefined;
  /** Where to copy what make reads, if `flags` ask for that (`-MD`, `-MMD`). */
  readonly dependencies?: string | undefined;
}

/** What was made. */
export interface CompiledProduct {
  /** Undefined for an answer. */
  readonly file: ImageFile | undefined;
  /** What the compiler said; for an answer that is all. */
  readonly diagnostics: string;
}

/** A program compiled for the guest, with symbols. */
export interface CompiledProgram {
  readonly elf: ImageFile;
  /** What the compiler said (warnings); empty if nothing. */
  readonly diagnostics: string;
}

/** One line of `nanvix-v86 images`. */
export interface ImageListing {
  readonly name: string;
  /** `differs`: built, but its digest is not the recorded one (another compiler version, for example). `given`: a source archive of the user's. */
  readonly status: 'missing' | 'built' | 'differs' | 'given';
  /** Undefined while missing. */
  readonly file: ImageFile | undefined;
}
