/** Programs that start where they had come to: an ELF file of a program's memory at its snapshot call. */
export { dumpGuest, dumpOf, type Dump, type DumpResult } from './dump.ts';
