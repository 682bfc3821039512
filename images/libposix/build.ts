/**
 * How libposix is compiled: data for the build engine. Every `.c` and `.S` below src/ is part of it; README.md gives a reading order.
 */
/** Compiler flags for each source of libposix, beside the guest's own. */
export const libposixFlags: readonly string[] = [
  '-std=c11',
  '-D_GNU_SOURCE',
  '-O2',
  '-fomit-frame-pointer',
  '-fno-unwind-tables',
  '-fno-asynchronous-unwind-tables',
  '-ffunction-sections',
  // Names of the layer are not the program's: only the entry point that musl calls and _start are for others.
  '-fvisibility=hidden',
  '-Wall',
  '-Wextra',
  '-Werror',
];
