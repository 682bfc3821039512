/**
 * Which of musl's i386 assembler for the math functions the guest keeps. A pure function over the sources' text.
 *
 * The rule: an assembler function stays if each of its floating-point instructions is one whose result IEEE 754 or a
 * control word fixes to the last bit and that an emulator gets right by plain arithmetic: load, store, exchange, change of
 * sign, add, subtract, multiply, divide, compare, round to an integer. One that asks the x87 for more (square root,
 * remainder, scale, logarithm, power of two, arc tangent, or a constant out of its table) gives way to musl's generic C,
 * which does the same with integers and the operations above. So results don't depend on who made the processor, and
 * the guest's libm is right on an emulator whose x87 is not.
 */
/** The instructions that stay, operand sizes left out. */
const kept = new Set(
  [
    'fld fild fst fstp fist fistp fxch fld1 fldz',
    'fabs fchs fadd faddp fsub fsubp fsubr fsubrp fmul fmulp fdiv fdivp fdivr fdivrp frndint',
    'fcom fcomp fcompp fucom fucomp fucompp ftst fxam',
    'fstcw fnstcw fldcw fstsw fnstsw',
  ].flatMap((words) => words.split(' ')),
);

/** `fldt` is `fld` of ten bytes, `fistpll` is `fistp` of eight; `fmul` is not `fmu` of anything. */
function withoutSize(instruction: string): string {
  return kept.has(instruction) ? instruction : instruction.replace(/(?:ll|[lstq])$/, '');
}

/** The assembler of a file: all of a `.s`, what stands in quotes of a `.c`. */
function assemblerOf(name: string, text: string): string {
  if (name.endsWith('.s')) return text.replaceAll(/#.*$/gm, '');
  return [...text.matchAll(/__asm__\s*(?:volatile\s*)?\(\s*"([^"]*)"/g)].map(([, code]) => code).join('\n');
}

function keepsToRule(name: string, text: string): boolean {
  const instructions = assemblerOf(name, text)
    .split(/[\n;]/)
    .map((line) => /^\s*(?:\w+:)?\s*(f\w+)(?![\w:])/.exec(line)?.[1])
    .filter((word) => word !== undefined);
  return instructions.every((word) => kept.has(withoutSize(word)));
}

/**
 * Names of the files to leave out of a folder of assembler, sorted.
 *
 * @param files Name to text of all files in it. One that only says `# see other.s` goes with the other.
 */
export function inexactFiles(files: ReadonlyMap<string, string>): string[] {
  const isOut = (name: string): boolean => {
    const text = files.get(name) ?? '';
    const other = /^#\s*see (\S+\.s)\s*$/.exec(text.trim())?.[1];
    return other === undefined ? !keepsToRule(name, text) : isOut(other);
  };
  // Nothing is in it: the code that others need is in the generic file of that name.
  const isEmpty = (name: string): boolean => (files.get(name) ?? '').trim() === '';
  return [...files.keys()].filter((name) => isEmpty(name) || isOut(name)).sort();
}
