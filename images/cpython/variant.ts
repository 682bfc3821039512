/**
 * A variant of the guest's Python, as data: every choice that the start-up study varies, one field each.
 * A recipe reads from it only the fields that its step depends on, so two variants that differ in linking or
 * stripping share their compiled objects. Nothing here touches files.
 */
/** The releases of CPython besides 3.11 that vendor/lock.json pins. */
export const laterPythons = ['3.13'] as const;

/** A release besides the usual 3.11.2: a pinned one, or one whose source archive was given, as `3.14` or `3.14.2`. */
export type LaterPython = `3.${string}`;

/** How CPython is compiled, linked, stripped and equipped. Fields are grouped by the step that reads them. */
export interface Variant {
  /** Name for people: tables, progress lines. Two variants of equal fields are the same build whatever their names. */
  readonly name: string;

  /** Release of CPython; 3.11.2 where it is left out. */
  readonly python?: LaterPython;

  // Configure: these end up in pyconfig.h.
  /** Keep doc strings of built-in functions (`--with-doc-strings`). */
  readonly docStrings: boolean;
  /** Dispatch byte code by computed gotos (`--with-computed-gotos`) instead of a switch. */
  readonly computedGotos: boolean;
  /** Anything else that CPython's configure is to be told, such as `--without-pymalloc`. */
  readonly configureFlags: readonly string[];

  // Compile.
  readonly optimize: 'O0' | 'O1' | 'O2' | 'O3' | 'Os' | 'Oz' | 'Og';
  readonly framePointer: boolean;
  readonly unwindTables: boolean;
  /** Link-time optimization. */
  readonly lto: boolean;
  /** Anything else that gcc is to be told for every object of CPython, after all other flags. */
  readonly compileFlags: readonly string[];

  // Link.
  /** `pie` also exports the program's symbols, as the reference's "before" did; it needs relocations at start. */
  readonly link: 'no-pie' | 'pie';
  /** Order of functions in the text: as compiled, or those that hello uses first. */
  readonly functionOrder: 'compiled' | 'by-use';
  /** `musl` is mallocng; `size-classes` is the free-list allocator of images/cpython/. */
  readonly allocator: 'musl' | 'size-classes';
  /** Where the package `encodings` lies: in the program, or in the ramfs as byte code or source. */
  readonly encodings: 'frozen' | 'pyc' | 'source';
  /** Anything else that gcc is to be told when it links, such as `-Wl,--gc-sections`. */
  readonly linkFlags: readonly string[];

  // Strip and volume.
  readonly strip: 'all' | 'debug' | 'none';
}

/** The start-up work's flags with `encodings` frozen into the program: what `ensureImages` builds unless told otherwise. */
export const referenceVariant: Variant = {
  name: 'reference+frozen',
  docStrings: false,
  computedGotos: true,
  configureFlags: [],
  optimize: 'O3',
  framePointer: false,
  unwindTables: false,
  lto: false,
  compileFlags: [],
  link: 'no-pie',
  functionOrder: 'compiled',
  allocator: 'musl',
  encodings: 'frozen',
  linkFlags: [],
  strip: 'all',
};

/**
 * What `python-full` is built from: like hello's Python, but built-in functions have their doc strings, for `help()` and for what reads
 * signatures from them. Hello's has none, since the start-up work left them out.
 */
export const fullVariant: Variant = { ...referenceVariant, name: 'full', docStrings: true };
