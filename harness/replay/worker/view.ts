/** The guest at the place where it stands, as the page shows it. Reads the guest, changes nothing. */
import { hex32 } from '../../../emulator/hex.ts';
import { REGISTER_NAMES } from '../../../emulator/types.ts';
import { describeStop } from '../../debug/commands/describe-stop.ts';
import { parseExpression } from '../../debug/commands/expression.ts';
import { formatOpenFile } from '../../debug/inspect/open-files.ts';
import type { DebugSession } from '../../debug/session.ts';
import { InputError } from '../../guest/errors.ts';
import { formatFrame } from '../../look/trace/format.ts';
import type { View } from '../protocol.ts';

const CODE_LINES = 24;
const MEMORY_BYTES = 256;
const STACK_FRAMES = 64;

export function viewOf(session: DebugSession, memoryAt: string): View {
  const { machine, guest, timeline } = session;
  const { streams, console } = guest.monitor;
  return {
    place: session.position,
    start: timeline.start,
    end: timeline.end,
    stop: describeStop(session, session.last),
    nanoseconds: machine.virtualNanoseconds,
    registers: REGISTER_NAMES.map((name) => [name, hex32(machine.registers.get(name))] as const),
    stack: session
      .callStack(STACK_FRAMES)
      .map((frame) => ({ address: frame.address, text: formatFrame(frame) })),
    code: codeOf(session),
    memory: memoryOf(session, memoryAt),
    ...filesOf(session),
    threads: (session.threads ?? []).map(({ tid, state }) => ({ id: tid, state })),
    stops: session.stops.all.map(({ id, text }) => ({ id, text })),
    written: { stdout: streams.stdout.length, stderr: streams.stderr.length, console: console.log.length },
  };
}

function codeOf(session: DebugSession): View['code'] {
  return session
    .disassemble(session.machine.registers.get('eip'), CODE_LINES)
    .map(({ address, bytes, text }) => {
      const symbol = session.describe(address);
      return {
        address,
        bytes: Buffer.from(bytes).toString('hex'),
        text,
        ...(symbol !== undefined && { symbol }),
      };
    });
}

function memoryOf(session: DebugSession, at: string): View['memory'] {
  try {
    const address = parseExpression(session, at)() >>> 0;
    return { address, bytes: [...session.machine.linear.readMapped(address, MEMORY_BYTES)] };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { address: 0, bytes: [], problem: error.message };
  }
}

function filesOf(session: DebugSession): Pick<View, 'files'> {
  const files = session.openFiles;
  return files === undefined ? {} : { files: files.map(formatOpenFile) };
}
