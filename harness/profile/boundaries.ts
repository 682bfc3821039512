/**
 * The phases of a CPython start, by the functions at which one ends and the next begins. A boundary counts the first
 * time its function is entered; one that a run never reaches is left out, and its phase with it.
 *
 * Source: the call order of CPython 3.11's Py_InitializeFromConfig and Py_RunMain, and of the kernel and start code here.
 */

/** A phase starts when this function of the kernel or the program is first entered. */
export interface Boundary {
  readonly phase: string;
  readonly symbol: string;
}

/** The first phase starts at reset and has no symbol. */
export const FIRST_PHASE = 'kernel start';

export const pythonBoundaries: readonly Boundary[] = [
  { phase: 'loading', symbol: 'loader_load' },
  { phase: 'start code', symbol: '_start' },
  { phase: 'relocation', symbol: 'nvx_relocate' },
  { phase: 'arguments', symbol: 'count_words' },
  { phase: 'libc start', symbol: '__libc_start_main' },
  { phase: 'main', symbol: 'main' },
  { phase: 'Py_Initialize: configuration', symbol: 'Py_InitializeFromConfig' },
  { phase: 'Py_Initialize: core', symbol: 'pyinit_core' },
  { phase: 'Py_Initialize: main', symbol: 'pyinit_main' },
  { phase: 'Py_Initialize: encodings and streams', symbol: '_PyUnicode_InitEncodings' },
  { phase: 'script', symbol: 'Py_RunMain' },
  { phase: 'finalization', symbol: '__wrap_Py_FinalizeEx' },
  { phase: 'exit', symbol: 'exit' },
];

/** What GCC appends to the name of a function that it has specialized. */
export const SPECIALIZED_SUFFIXES = ['', '.constprop.0', '.isra.0', '.part.0'] as const;
