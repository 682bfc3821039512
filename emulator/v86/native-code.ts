/**
 * V8's machine code of a WebAssembly module, as bytes that a later process of the same Node can use.
 *
 * Node offers this for scripts (`vm.Script`'s cachedData) and not for WebAssembly; V8 itself has it, as runtime functions
 * for its own tests, which are reached with natives syntax. It is an optimization only: in a V8 in which they were not
 * tried, and where V8 refuses the bytes, the answer is `undefined` and the module is compiled as usual. V8 refuses bytes of
 * another version, processor or set of flags by itself; whoever keeps such bytes must check that they are what was written,
 * for they are executed.
 */

import { cachedDataVersionTag, setFlagsFromString } from 'node:v8';

/** The V8 of Node 20, 22 and 24. Misused, these functions end the process: no other version is trusted to be alike. */
const TRIED = /^(?:11\.3|12\.4|13\.6)\./;

/** The V8 of Node 20. Another one may not know the flags below, and says so on standard error. */
const isTriedWithFlags = process.versions.v8.startsWith('11.3.');
const QUICK_REGISTERS = 'turbo-use-mid-tier-regalloc-for-huge-functions';

const IS_OPTIMIZED = '%IsTurboFanFunction(one)';
const SERIALIZE = '%SerializeWasmModule(one)';
const OPTIMIZE = '%WasmTierUpFunction(one)';
const EXECUTED_UNOPTIMIZED = 'one.filter((each) => %IsLiftoffFunction(each))';
const DESERIALIZE = '%DeserializeWasmModule(one, other)';

/** The module of some WebAssembly, with V8 told to read its branch hints (branch-hints.ts). In a V8 in which it was not tried, without. */
export function compileHinted(wire: Uint8Array): WebAssembly.Module {
  if (!isTriedWithFlags) return new WebAssembly.Module(wire);
  // only during the call: V8 refuses code that was kept under other flags
  return withFlag('experimental-wasm-branch-hinting', () => new WebAssembly.Module(wire));
}

/** Calls with a flag set that is not set else. */
const withFlag = <T>(flag: string, call: () => T): T => withFlags(`--${flag}`, `--no-${flag}`, call);

function withFlags<T>(during: string, usual: string, call: () => T): T {
  setFlagsFromString(during);
  try {
    return call();
  } finally {
    setFlagsFromString(usual);
  }
}

/** Evaluates an expression in natives syntax; undefined in a V8 in which it was not tried. */
function callV8(expression: string, one: unknown, other?: unknown): unknown {
  if (!TRIED.test(process.versions.v8)) return undefined;
  // Allowed during the call as well: V8 parses a function when it is first called, and again after it has dropped its code.
  return withFlag('allow-natives-syntax', () => {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- no other syntax reaches these functions
    const evaluate = new Function('one', 'other', `return ${expression}`) as (
      ...values: unknown[]
    ) => unknown;
    return evaluate(one, other);
  });
}

/**
 * Calls under the flags that later processes have. One that makes V8's code cache of the command line has another, for as long as it
 * works, and what it kept of a guest's code under that would be looked for by nobody.
 */
function underUsualFlags<T>(call: () => T): T {
  const before = cachedDataVersionTag();
  setFlagsFromString('--flush-bytecode');
  const differed = cachedDataVersionTag() !== before;
  try {
    return call();
  } finally {
    if (differed) setFlagsFromString('--no-flush-bytecode');
  }
}

/**
 * The optimized code of a module. Undefined when there is none: V8 ends the process rather than serialize a module without,
 * so `witness`, a function that the module exports, must be known to be optimized.
 */
export function serializeNative(
  module: WebAssembly.Module,
  witness: CallableFunction,
): Uint8Array<ArrayBuffer> | undefined {
  if (!isOptimized(witness)) return undefined;
  const native = underUsualFlags(() => callV8(SERIALIZE, module));
  return native instanceof ArrayBuffer ? new Uint8Array(native) : undefined;
}

/** Whether V8 has optimized a function that a module exports. */
export const isOptimized = (exported: CallableFunction): boolean => callV8(IS_OPTIMIZED, exported) === true;

/** Has V8 optimize a function that a module exports, now and not when it has run for long. Takes tens of milliseconds. */
export function optimize(exported: CallableFunction): void {
  if (callV8(IS_OPTIMIZED, exported) === false) callV8(OPTIMIZE, exported);
}

/**
 * Bytes of a function in WebAssembly from which on V8 spares itself work where it optimizes it. Measured: at 68,000 it takes as long as when
 * it does not, at 73,000 a fifth of that.
 */
export const LONG_FUNCTION = 73_000;

/**
 * Has V8 optimize a function anew, and take its time for it. In one of more than some thousand values V8 keeps nearly all of them in
 * memory, so as to be done sooner: a fifth of such a function's time. Takes up to some seconds.
 */
function optimizeThoroughly(exported: CallableFunction): void {
  withFlags(`--no-${QUICK_REGISTERS}`, `--${QUICK_REGISTERS}`, () => callV8(OPTIMIZE, exported));
}

/**
 * Has V8 optimize those functions that have been executed, of any heat, one after another. What V8 has compiled without optimizing it
 * does not give away; whoever takes the module up has V8 compile it at once, needed or not, and waits for that.
 *
 * @param onStart Called with the number of all before the first, if there is any.
 * @param seconds Time after which no other is begun.
 * @param thoroughly Functions that V8 is to optimize anew after those ({@link optimizeThoroughly}).
 */
export function optimizeExecuted(
  functions: readonly CallableFunction[],
  onStart?: (functions: number) => void,
  seconds = Infinity,
  thoroughly: readonly CallableFunction[] = [],
): void {
  const waiting = (callV8(EXECUTED_UNOPTIMIZED, functions) ?? []) as readonly CallableFunction[];
  const works = [
    ...waiting.map((one) => () => callV8(OPTIMIZE, one)),
    ...(isTriedWithFlags ? thoroughly : []).map((one) => () => {
      optimizeThoroughly(one);
    }),
  ];
  if (works.length > 0) onStart?.(works.length);
  const end = process.uptime() + seconds;
  for (const work of works) {
    if (process.uptime() >= end) return;
    work();
  }
}

/** The module of which `wire` are the WebAssembly bytes and `native` the code. Undefined when V8 refuses them. */
export function deserializeNative(
  native: Uint8Array<ArrayBuffer>,
  wire: Uint8Array,
): WebAssembly.Module | undefined {
  // V8 takes all of the buffer that the bytes lie in
  const whole = native.length === native.buffer.byteLength ? native : new Uint8Array(native);
  const module = underUsualFlags(() => callV8(DESERIALIZE, whole.buffer, wire));
  return module instanceof WebAssembly.Module ? module : undefined;
}

/**
 * A name for the machine code of what `name` names: V8 takes it back only under the version, the processor and the flags it
 * was made with.
 */
export function nativeKey(name: string): string {
  // No difference to be smoothed: the code of one system is of no use on another.
  // eslint-disable-next-line no-restricted-properties
  const { version, arch, platform } = process;
  return [name, version, arch, platform, underUsualFlags(cachedDataVersionTag)].join('\n');
}

/** Calls back when the process ends, with the microseconds of processor time that it took: the last moment to keep code. */
export function atProcessEnd(keep: (processorTime: number) => void): void {
  process.once('exit', () => {
    keep(process.cpuUsage().user);
  });
}
