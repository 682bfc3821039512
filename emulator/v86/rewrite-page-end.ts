/**
 * The rewrite of where a page's compiled code ends, and of how long the interpreter keeps what it was given.
 *
 * v86 compiles nothing in the last 16 bytes of a page, for the instructions there may go on in the next one; and what starts to be
 * interpreted there goes on so until it leaves the page, or for 100,000 instructions. So a loop that ends in those bytes is
 * interpreted for ever, however hot. Here only the instruction that reaches the end of its page is left to the interpreter, and a
 * jump backwards looks for compiled code (rewrite-run.ts).
 */

import { FunctionName, Generator, PAGE } from './internals.ts';
import { addIsLeftOut, followWhatIsCompiled } from './rewrite-executed.ts';
import { Editor, type Indices } from './rewrite-support.ts';
import type { WasmBinary } from './wasm-binary.ts';
import * as wasm from './wasm-code.ts';
import type { Code } from './wasm-code.ts';

/** No instruction is longer than this. */
const LONGEST_INSTRUCTION = 16;
/** The bits that the addresses of a page's last bytes all have. */
export const LAST_BYTES = PAGE - LONGEST_INSTRUCTION;

/** On v86's stack: the decoder's state, and behind it what it finds out. */
const Frame = { state: 0, analysis: 16, length: 64 } as const;

/**
 * Appends `reachesEnd(address, state flags)`: {@link LAST_BYTES} if the instruction at a physical address reaches the end of its page,
 * else another number.
 */
export function addReachesEnd(binary: WasmBinary, index: Indices): number {
  const [address, stateFlags, frame] = [wasm.localGet(0), wasm.localGet(1), 2];
  const inFrame = wasm.localGet(frame);
  return binary.add(
    { parameters: ['i32', 'i32'], results: ['i32'] },
    {
      locals: ['i32'],
      code: [
        [address, wasm.i32(LAST_BYTES), wasm.and, wasm.i32(LAST_BYTES), wasm.ne],
        [wasm.ifThen, wasm.i32(0), wasm.ret, wasm.end],
        [wasm.globalGet(0), wasm.i32(Frame.length), wasm.sub, wasm.localTee(frame), wasm.globalSet(0)],
        [inFrame, address, wasm.i32(1), wasm.add, wasm.store32(Generator.processorInstructionPointer)],
        [inFrame, wasm.i32(0), wasm.store32(Generator.processorCodeBase)],
        [inFrame, wasm.i32(0), wasm.store8(Generator.processorPrefixes)],
        [inFrame, stateFlags, wasm.store8(Generator.processorStateFlags)],
        [inFrame, wasm.i64(0), wasm.store64(Frame.analysis)],
        [inFrame, wasm.i64(0), wasm.store64(Frame.analysis + 8)],
        // the opcode, and whether operands have 32 bits
        [address, wasm.call(index.read8), stateFlags, wasm.i32(1), wasm.and, wasm.i32(8), wasm.shl, wasm.or],
        [inFrame, inFrame, wasm.i32(Frame.analysis), wasm.add, wasm.call(index.analyze)],
        [inFrame, wasm.i32(Frame.length), wasm.add, wasm.globalSet(0)],
        [inFrame, wasm.load32(Generator.processorInstructionPointer), address, wasm.xor],
        [wasm.i32(-PAGE), wasm.and],
        wasm.ifValue,
        wasm.i32(LAST_BYTES),
        wasm.otherwise,
        wasm.i32(0),
        wasm.end,
      ],
    },
  );
}

/** Every place at which a function asks whether an address is among the last bytes of a page, and that it asks instead. */
export function replaceIsNearEnd(editor: Editor, places: number, instead: Code): void {
  const found = editor.all(`i32.const ${LAST_BYTES}`, 'opcode.113', `i32.const ${LAST_BYTES}`);
  editor.expect(found.length === places, `${found.length} looks at the end of the page`);
  for (const place of found) editor.replace(place, 2, instead);
}

/** Lets blocks go on up to the instruction that reaches the end of the page, or one that was seldom executed. */
export function rewritePageEnd(binary: WasmBinary, index: Indices, reachesEnd: number): void {
  const analyze = new Editor(binary, index.analyzeAndGenerate, FunctionName.analyzeAndGenerate);
  const [stateFlags] = [wasm.localGet(4)];
  const isLeftOut = addIsLeftOut(binary, reachesEnd, LAST_BYTES);
  replaceIsNearEnd(analyze, 4, [stateFlags, wasm.call(isLeftOut)]);
  binary.edit(index.analyzeAndGenerate, analyze.edits);
  // this address is linear; where it leads is looked at when its block is
  const follow = new Editor(binary, index.followJump, FunctionName.followJump);
  replaceIsNearEnd(follow, 1, NEVER);
  followWhatIsCompiled(follow);
  binary.edit(index.followJump, follow.edits);
}

/** Instead of the address on the stack: one that is not near the end. */
export const NEVER: Code = [wasm.drop, wasm.i32(0)];
