/**
 * The start-up study's rows, as data: one entry each. A row says what it changes against the reference (`studyReference`
 * in row.ts). To study something else, add a line here, or give it to `nanvix-v86 study --add`.
 *
 * Source of the claims: the start-up work that this project reproduces ("optimize startup performance for
 * microvm/standalone mode"); they are single wall-clock figures of its authors' machine.
 */
import { releaseVariants } from './releases.ts';
import type { StudyVariant } from './row.ts';

/** The reference's compiler flags, undone. Its `--with-computed-gotos` is for cross builds, which go without by default. */
const flagsBefore = {
  optimize: 'Os',
  framePointer: true,
  unwindTables: true,
  lto: true,
  docStrings: true,
  computedGotos: false,
} as const;

/** The reference's changes to how hello is run, undone. */
const runBefore = { library: 'whole', hostBinaries: true, site: true, fixedHashSeed: false } as const;

const best = { encodings: 'frozen', functionOrder: 'by-use', allocator: 'size-classes' } as const;

// prettier-ignore
export const studyVariants: readonly StudyVariant[] = [
  // What the reference changed, each undone alone.
  { name: 'pie', change: 'position-independent, symbols exported', build: { link: 'pie' }, claim: { savesMs: 20, side: 'before', of: 'instructions', phase: 'relocation', says: 'eliminates 100K R_386_RELATIVE relocations at startup' } },
  { name: 'Os', change: 'compiled for size', build: { optimize: 'Os' }, claim: { savesMs: 60, side: 'before', of: 'instructions', says: '-O3 is ~60ms faster than -Os' } },
  { name: 'frame-pointer', change: 'frame pointer kept', build: { framePointer: true }, claim: { savesMs: 5, side: 'before', of: 'instructions', says: 'frees EBP register on i686 (~5ms)' } },
  { name: 'unwind-tables', change: 'unwind tables kept', build: { unwindTables: true }, claim: { side: 'before', of: 'imageBytes', says: 'shrinks binary' } },
  { name: 'lto', change: 'link-time optimization', build: { lto: true }, claim: { side: 'before', of: 'codePages', says: 'LTO causes I-cache pressure on constrained microvm' } },
  { name: 'doc-strings', change: 'doc strings kept', build: { docStrings: true }, claim: { side: 'before', of: 'imageBytes', says: 'reduces .rodata size' } },
  { name: 'no-computed-gotos', change: 'byte code dispatched by a switch', build: { computedGotos: false }, claim: { side: 'before', of: 'instructions', says: 'faster bytecode dispatch for cross builds' } },
  { name: 'strip-debug', change: 'symbol table kept', build: { strip: 'debug' }, claim: { side: 'before', of: 'imageBytes', says: '--strip-all for smallest binary footprint' } },
  { name: 'site', change: 'without -S', run: { site: true }, claim: { savesMs: 10, side: 'before', of: 'instructions', says: 'skip site.py import (~10ms)' } },
  { name: 'hash-seed', change: 'without PYTHONHASHSEED=0', run: { fixedHashSeed: false }, claim: { side: 'before', of: 'kernelCalls', says: 'fixed hash seed, avoids entropy overhead' } },
  { name: 'full-ramfs', change: 'the whole standard library in the ramfs', run: { library: 'whole' }, claim: { side: 'before', of: 'imageBytes', says: 'build minimal ramfs with only test script and encodings/' } },
  { name: 'host-binaries', change: 'the host’s binaries in the ramfs', run: { hostBinaries: true }, claim: { side: 'before', of: 'imageBytes', says: 'move host binaries out of ramfs tree' } },
  { name: 'snapshot', change: 'restored from the snapshot after Py_Initialize', run: { fromSnapshot: true }, claim: { savesMs: 250, side: 'after', of: 'instructions', says: 'from ~450ms, with VM snapshot support enabling sub-200ms restore-boot' } },
  // The same in the groups for which it gives one number.
  { name: 'flags-before', change: 'all compiler flags as before', build: flagsBefore, claim: { savesMs: 70, side: 'before', of: 'instructions', says: 'compiler flag optimizations (~70ms saved)' } },
  { name: 'run-before', change: 'strip, ramfs, -S and hash seed as before', build: { strip: 'debug' }, run: runBefore, claim: { savesMs: 40, side: 'before', of: 'instructions', says: 'test harness optimizations (~40ms saved), of which ~5ms are a host process' } },
  // Beyond the reference.
  { name: 'O2', change: 'compiled with -O2', build: { optimize: 'O2' } },
  { name: 'strip-none', change: 'not stripped at all: debug information in the image', build: { strip: 'none' } },
  { name: 'pyc', change: 'encodings as byte code in the ramfs', build: { encodings: 'pyc' } },
  { name: 'frozen', change: 'encodings frozen into the program', build: { encodings: 'frozen' } },
  { name: 'ordered', change: 'frozen, functions ordered by use', build: { encodings: 'frozen', functionOrder: 'by-use' } },
  { name: 'size-classes', change: 'frozen, allocator with size classes', build: { encodings: 'frozen', allocator: 'size-classes' } },
  { name: 'no-finalization', change: 'frozen, interpreter not torn down: no __del__ at exit, unclosed files not flushed', build: { encodings: 'frozen' }, run: { skipFinalization: true } },
  { name: 'dumped', change: 'frozen, dumped after Py_Initialize as a program of its own', build: { encodings: 'frozen' }, run: { dumped: true } },
  ...releaseVariants('3.13', '3.13.5'),
  // All at once.
  { name: 'before', change: 'everything as before the start-up work: PIE, -Os, LTO, site, all in the ramfs', build: { ...flagsBefore, link: 'pie', strip: 'debug' }, run: runBefore, claim: { savesMs: 150, side: 'before', of: 'instructions', says: 'from ~600ms to ~450ms' } },
  { name: 'best', change: 'frozen, ordered, size classes, interpreter not torn down', build: best, run: { skipFinalization: true } },
  { name: 'best-snapshot', change: 'the same, restored from the snapshot after Py_Initialize', build: best, run: { skipFinalization: true, fromSnapshot: true } },
  { name: 'best-dumped', change: 'the same, dumped after Py_Initialize as a program of its own', build: best, run: { skipFinalization: true, dumped: true } },
];
