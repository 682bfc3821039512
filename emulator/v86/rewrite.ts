/**
 * The rewrite of v86.wasm when it is loaded, which makes the machine exact.
 *
 * Stock v86 counts instructions per compiled block, adds interpreted ones afterwards, and looks for interrupts
 * every hundred thousand instructions, wherever compiled code happens to stop; so the same guest counts and is
 * interrupted differently each time it is stopped, restored, or compiled earlier or later. After this rewrite
 *
 *  - the count in memory is exact whenever JavaScript can look, compiled code or not;
 *  - the main loop comes back exactly at the count in `Own.limit`: a compiled block that would pass it is not
 *    entered, and the rest up to it is interpreted;
 *  - instructions can be executed one by one without the main loop;
 *  - software interrupts and returns from interrupts can call out, with no change to the guest;
 *  - pages of guest RAM that may have been written are marked;
 *  - more translations of page tables are remembered;
 *  - the ports that v86 serves itself can be reached by the host, as parts of wider accesses;
 *  - the time stamp counter asks JavaScript;
 *  - MMX and SSE fault and compute as on a processor;
 *  - what a processor refuses is an exception, where v86 would give up;
 *  - x87 instructions are executed by functions written here, and so are integer ones that v86 has wrong.
 *
 * What must hold: a pattern that is looked for occurs exactly once, else {@link UnsupportedV86Error}. Functions
 * keep their numbers; where one is wrapped, its old body moves to a new number.
 */

import { withMoreTranslations } from './more-translations.ts';
import { correctConditions } from './rewrite-conditions.ts';
import { addPushByte } from './emitter.ts';
import { rewriteAddWithCarry, rewriteCodeGenerator } from './rewrite-generator.ts';
import { rewriteDivision } from './rewrite-division.ts';
import {
  exportPorts,
  rewriteTimestamp,
  rewriteCpuid,
  wrapInterrupts,
  wrapPageWalk,
} from './rewrite-hooks.ts';
import { addPassPageEnd, addRememberPageEnds } from './rewrite-over-page-end.ts';
import { addReachesEnd, LAST_BYTES, rewritePageEnd } from './rewrite-page-end.ts';
import { rewritePop } from './rewrite-pop.ts';
import { rewriteProtection } from './rewrite-protection.ts';
import { addIntegerInstructions } from './rewrite-integer.ts';
import { addAttendant, rewriteMainLoop, rewriteSti, wrapExitJit } from './rewrite-run.ts';
import { rewriteSse } from './rewrite-sse.ts';
import { addSteps } from './rewrite-steps.ts';
import { findFunctions } from './rewrite-support.ts';
import { rewriteX87 } from './rewrite-x87.ts';
import { WasmBinary } from './wasm-binary.ts';

export { UnsupportedV86Error } from './rewrite-support.ts';

/** The bytes of v86.wasm, rewritten. */
export function rewriteV86(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const binary = new WasmBinary(withMoreTranslations(bytes));
  const index = findFunctions(binary);
  const reachesEnd = addReachesEnd(binary, index);
  rewritePageEnd(binary, index, reachesEnd);
  const endShadow = rewriteSti(binary, index);
  const remember = addRememberPageEnds(binary, reachesEnd, LAST_BYTES);
  rewriteMainLoop(binary, index, addAttendant(binary, index, endShadow), remember);
  addPassPageEnd(binary, addSteps(binary, index, endShadow));
  const pushByte = addPushByte(binary, index);
  rewriteCodeGenerator(binary, index, pushByte);
  const integers = addIntegerInstructions(binary, index, pushByte);
  rewriteX87(binary, index, pushByte, integers);
  rewriteAddWithCarry(binary, index);
  rewriteDivision(binary, index, pushByte);
  correctConditions(binary, index);
  rewritePop(binary, index);
  wrapExitJit(binary, index);
  wrapInterrupts(binary, index, rewriteProtection(binary, index));
  wrapPageWalk(binary, index);
  rewriteTimestamp(binary, index);
  exportPorts(binary, index);
  rewriteSse(binary, index, pushByte, integers);
  rewriteCpuid(binary, index);
  return binary.encode();
}
