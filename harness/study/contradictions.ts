/**
 * Rows that would not be what they say: a free flag that undoes what a field of its own decides, and fields that exclude
 * each other. A row's figures stand beside its fields, so these are refused instead of measured.
 */
import type { StudyVariant } from './row.ts';

/** Flags that a field decides, by the list in which they could be given all the same. */
const decided: readonly { readonly list: 'build' | 'run'; readonly flags: RegExp; readonly field: string }[] =
  [
    { list: 'build', flags: /^-O/, field: 'build.optimize' },
    { list: 'build', flags: /^-f(no-)?omit-frame-pointer$/, field: 'build.framePointer' },
    { list: 'build', flags: /^-f(no-)?(asynchronous-)?unwind-tables$/, field: 'build.unwindTables' },
    { list: 'build', flags: /^(-f(no-)?lto(=.*)?|--with(out)?-lto(=.*)?)$/, field: 'build.lto' },
    { list: 'build', flags: /^(-f(no-)?pi[ce]|-(no-|static-)?pie|-static|-shared)$/i, field: 'build.link' },
    { list: 'build', flags: /^(-[sS]|-Wl,(-[sS]|--strip-(all|debug)))$/, field: 'build.strip' },
    { list: 'build', flags: /^--with(out)?-doc-strings$/, field: 'build.docStrings' },
    { list: 'build', flags: /^--with(out)?-computed-gotos$/, field: 'build.computedGotos' },
    { list: 'run', flags: /^-[bBdEiIOPqsuvx]*S/, field: 'run.site' },
    { list: 'run', flags: /^NANVIX_SNAPSHOT$/, field: 'run.fromSnapshot or run.dumped' },
    { list: 'run', flags: /^NANVIX_SKIP_FINALIZATION$/, field: 'run.skipFinalization' },
  ];

/** Says in one line what is wrong with a row; undefined for one that can be what it says. */
export function contradictionIn({ build = {}, run = {} }: StudyVariant): string | undefined {
  const { compileFlags = [], configureFlags = [], linkFlags = [] } = build;
  const given = {
    build: [...compileFlags, ...configureFlags, ...linkFlags],
    run: [...(run.pythonOptions ?? []), ...Object.keys(run.environment ?? {})],
  };
  for (const { list, flags, field } of decided) {
    const flag = given[list].find((one) => flags.test(one));
    if (flag !== undefined) return `${flag} is for the field ${field} to decide: set that instead`;
  }
  if (run.fixedHashSeed === true && (run.environment?.['PYTHONHASHSEED'] ?? '0') !== '0')
    return 'run.fixedHashSeed sets PYTHONHASHSEED=0, run.environment another: leave one of them out';
  if (run.fromSnapshot === true && run.dumped === true)
    return 'run.fromSnapshot starts from a snapshot, run.dumped from the reset: leave one of them out';
  if (build.lto === true && build.functionOrder === 'by-use')
    return 'build.functionOrder "by-use" cannot be had with build.lto, which lays functions out itself: leave one of them out';
  if (build.python !== undefined) {
    if (build.encodings !== 'frozen') return 'build.python needs build.encodings "frozen": set that too';
    if (run.library === 'whole' || run.site === true)
      return 'build.python starts without a library: leave run.library and run.site out';
    if (build.functionOrder === 'by-use')
      return 'build.functionOrder "by-use" is recorded for 3.11: leave it or build.python out';
    if (build.link === 'pie' || build.lto === true)
      return 'build.python is compiled without build.link "pie" and build.lto: leave one of them out';
  }
  return undefined;
}
