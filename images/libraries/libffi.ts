/**
 * libffi, for Python's `_ctypes`: calls of C functions whose types are known at run time only, and C functions made at run
 * time that call back. The latter are written into pages that can be executed, which a guest gives without further ado.
 */
import type { Library } from './recipe.ts';

const names = 'closures prep_cif raw_api tramp types x86/ffi';

/** What its configure finds out of the compiler and libc: `#define NAME 1`. */
const found =
  'STDC_HEADERS HAVE_ALLOCA HAVE_ALLOCA_H HAVE_MEMCPY HAVE_MKOSTEMP HAVE_MMAP HAVE_MMAP_ANON HAVE_LONG_DOUBLE ' +
  'HAVE_AS_CFI_PSEUDO_OP HAVE_AS_X86_PCREL HAVE_HIDDEN_VISIBILITY_ATTRIBUTE';

const config: Readonly<Record<string, string>> = {
  ...Object.fromEntries(found.split(' ').map((name) => [name, '1'])),
  ...{ SIZEOF_DOUBLE: '8', SIZEOF_LONG_DOUBLE: '12', SIZEOF_SIZE_T: '4' },
  EH_FRAME_FLAGS: '"a"',
};

export const libffi: Library = {
  name: 'libffi',
  sources: [...names.split(' ').map((name) => `src/${name}.c`), 'src/x86/sysv.S'],
  flags: [
    // No system that would forbid pages to write and execute has to be asked for.
    ...['-DFFI_MMAP_EXEC_SELINUX=0', '-DFFI_MMAP_PAX=0'],
    ...['-Iinclude', '-Isrc', '-Isrc/x86'],
  ],
  headers: { 'ffitarget.h': 'src/x86/ffitarget.h' },
  templates: {
    'ffi.h': {
      file: 'include/ffi.h.in',
      values: { VERSION: '3.4.4', TARGET: 'X86', HAVE_LONG_DOUBLE: '1', FFI_EXEC_TRAMPOLINE_TABLE: '0' },
    },
    'fficonfig.h': { file: 'fficonfig.h.in', values: config },
  },
};
