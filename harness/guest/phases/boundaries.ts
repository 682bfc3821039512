/**
 * The phases of a CPython start, by the functions at which one ends and the next begins. A boundary counts the first
 * time its function is entered; one that a run never reaches is left out, and its phase with it.
 *
 * Source: the call order of CPython 3.11's Py_InitializeFromConfig and Py_RunMain, and of the kernel and start code here.
 */

/** A phase starts when this function of the kernel or the program is first entered. */
export interface Boundary {
  readonly phase: string;
  /** Of several, the first that the file has: a whole-program optimizer may have inlined the others. */
  readonly symbols: readonly string[];
  /** The phase that starts when the function returns, where that is told by no other function. */
  readonly afterReturn?: string;
}

/** The first phase starts at reset and has no symbol. */
export const FIRST_PHASE = 'kernel start';

export const pythonBoundaries: readonly Boundary[] = [
  { phase: 'loading', symbols: ['loader_load'] },
  { phase: 'start code', symbols: ['_start'] },
  { phase: 'relocation', symbols: ['nvx_relocate'], afterReturn: 'arguments' },
  { phase: 'libc start', symbols: ['__libc_start_main'] },
  { phase: 'main', symbols: ['main'] },
  {
    phase: 'Py_Initialize: configuration',
    symbols: ['Py_InitializeFromConfig', '_Py_PreInitializeFromConfig'],
  },
  { phase: 'Py_Initialize: interpreter', symbols: ['PyInterpreterState_New'] },
  { phase: 'Py_Initialize: types', symbols: ['_PyTypes_InitTypes', '_Py_Deepfreeze_Init'] },
  { phase: 'Py_Initialize: sys and builtins', symbols: ['_PySys_Create'] },
  {
    phase: 'Py_Initialize: import system',
    symbols: ['pyinit_main', 'init_interp_main', '_PySys_UpdateConfig'],
  },
  { phase: 'Py_Initialize: encodings', symbols: ['_PyUnicode_InitEncodings'] },
  { phase: 'Py_Initialize: streams and site', symbols: ['_PySignal_Init'] },
  { phase: 'script', symbols: ['Py_RunMain', 'pymain_sys_path_add_path0'] },
  { phase: 'finalization', symbols: ['__wrap_Py_FinalizeEx', 'Py_FinalizeEx'] },
  { phase: 'exit', symbols: ['exit'] },
];

/** What GCC appends to the name of a function that it has specialized. */
export const SPECIALIZED_SUFFIXES = ['', '.constprop.0', '.isra.0', '.part.0', '.lto_priv.0'] as const;
