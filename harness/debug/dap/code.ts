/**
 * Disassembly as an editor asks for it: so many instructions around an address, also in front of it.
 *
 * x86 code cannot be read backwards; instructions in front are read from the start of the function around them. Where that
 * is not known, and where memory is not mapped, a line without an instruction stands, because the editor counts lines.
 */
import { hex } from '../../../emulator/hex.ts';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { DebugSession } from '../index.ts';

type Line = DebugProtocol.DisassembledInstruction;

/** The longest function that is read from its start. */
const FUNCTION_MAXIMUM = 65_536;
/** The most lines in one answer, and the farthest from the address. */
export const DISASSEMBLY_MAXIMUM = 10_000;

function lines(session: DebugSession, address: number, count: number): Line[] {
  return session.disassemble(address, count).map((one) => {
    const symbol = session.symbolsHere.at(one.address);
    return {
      address: hex(one.address),
      instructionBytes: Buffer.from(one.bytes).toString('hex'),
      instruction: one.text,
      ...(symbol?.offset === 0 ? { symbol: symbol.symbol.name } : {}),
    };
  });
}

/** At most `count` instructions that end where `address` begins. */
function linesBefore(session: DebugSession, address: number, count: number): Line[] {
  let before: Line[] = [];
  let end = address;
  while (before.length < count) {
    const found = session.symbolsHere.at(end - 1);
    if (found === undefined || found.offset >= FUNCTION_MAXIMUM) break;
    const start = end - 1 - found.offset;
    const limit = end;
    const body = lines(session, start, end - start).filter(({ address: at }) => Number(at) < limit);
    const last = body.at(-1);
    const reached =
      last === undefined ? start : Number(last.address) + (last.instructionBytes?.length ?? 0) / 2;
    if (reached !== end) break;
    before = [...body, ...before];
    end = start;
  }
  return before.slice(-count);
}

const noCode = (address: number): Line => ({
  address: hex(address),
  instruction: '(no code)',
  presentationHint: 'invalid',
});

/**
 * @param offset Of the first line from the one at `address`, in instructions; negative for lines in front.
 * @param count At most {@link DISASSEMBLY_MAXIMUM}, as `offset` in either direction.
 * @returns Exactly `count` lines.
 */
export function disassembleAround(
  session: DebugSession,
  address: number,
  offset: number,
  count: number,
): Line[] {
  const front = Math.max(0, -offset);
  const skipped = Math.max(0, offset);
  const before = front === 0 ? [] : linesBefore(session, address, front);
  const firstKnown = Number(before[0]?.address ?? address);
  const missing = Array.from({ length: front - before.length }, (_, i) =>
    noCode(firstKnown - (front - before.length) + i),
  );
  const behind = lines(session, address, Math.max(0, count - front) + skipped).slice(skipped);
  const all = [...missing, ...before, ...behind].slice(0, count);
  const last = all.at(-1);
  const end = last === undefined ? address : Number(last.address) + (last.instructionBytes?.length ?? 2) / 2;
  return [...all, ...Array.from({ length: count - all.length }, (_, i) => noCode(end + i))];
}
