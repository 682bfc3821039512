/**
 * What an editor sees of a guest that stands: threads, call stacks, variables, memory and instructions. It may change variables and
 * memory, and runs nothing.
 */
import { Handles, Thread } from '@vscode/debugadapter';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { hex } from '../../../emulator/hex.ts';
import { GuestStateError, InputError } from '../../guest/errors.ts';
import { parseExpression } from '../commands/expression.ts';
import type { DebugSession } from '../index.ts';
import { disassembleAround } from './code.ts';
import { GuestAdapter } from './guest-adapter.ts';
import { scopesOf, setVariable, variablesOf } from './variables.ts';
import type { VariableList } from './variables.ts';

const FRAMES_MAXIMUM = 256;

export abstract class InspectingAdapter extends GuestAdapter {
  readonly #frames = new Handles<number>();
  readonly #variables = new Handles<VariableList>();

  protected override forget(): void {
    this.#frames.reset();
    this.#variables.reset();
  }

  protected override threadsRequest(response: DebugProtocol.ThreadsResponse): void {
    this.answer(response, () => {
      const { session } = this.current();
      const threads = session.threads?.filter(({ state }) => state !== 'ended');
      response.body = {
        threads: threads?.map(
          ({ tid, state, process }) =>
            new Thread(
              tid,
              `Thread ${tid} (${process === undefined ? state : `process ${process.pid}, ${state}`})`,
            ),
        ) ?? [new Thread(session.thread, 'guest')],
      };
    });
  }

  protected override stackTraceRequest(
    response: DebugProtocol.StackTraceResponse,
    { threadId, startFrame = 0, levels }: DebugProtocol.StackTraceArguments,
  ): void {
    this.answer(response, () => {
      const { session } = this.current();
      const stack =
        threadId === session.thread
          ? session.callStack(FRAMES_MAXIMUM)
          : session.callStackOf(threadId, FRAMES_MAXIMUM);
      const count = levels === undefined || levels === 0 ? stack.length : levels;
      const stackFrames = stack.slice(startFrame, startFrame + count).map((one) => ({
        id: this.#frames.create(threadId),
        name: one.function === undefined ? hex(one.address) : `${one.function}+${hex(one.offset ?? 0)}`,
        line: 0,
        column: 0,
        instructionPointerReference: hex(one.address),
      }));
      response.body = { stackFrames, totalFrames: stack.length };
    });
  }

  protected override scopesRequest(
    response: DebugProtocol.ScopesResponse,
    { frameId }: DebugProtocol.ScopesArguments,
  ): void {
    this.answer(response, () => {
      const { session } = this.current();
      const thread = this.threadOf(frameId);
      response.body = { scopes: scopesOf(session, thread, (list) => this.#variables.create(list)) };
    });
  }

  protected override variablesRequest(
    response: DebugProtocol.VariablesResponse,
    { variablesReference }: DebugProtocol.VariablesArguments,
  ): void {
    this.answer(response, () => {
      response.body = { variables: variablesOf(this.current().session, this.#list(variablesReference)) };
    });
  }

  protected override setVariableRequest(
    response: DebugProtocol.SetVariableResponse,
    { variablesReference, name, value }: DebugProtocol.SetVariableArguments,
  ): void {
    this.answer(response, () => {
      response.body = setVariable(this.standing().session, this.#list(variablesReference), name, value);
    });
  }

  protected override readMemoryRequest(
    response: DebugProtocol.ReadMemoryResponse,
    { memoryReference, offset = 0, count }: DebugProtocol.ReadMemoryArguments,
  ): void {
    this.answer(response, () => {
      const { session } = this.current();
      const address = placeOf(session, memoryReference, offset);
      const bytes = session.machine.linear.readMapped(address, Math.min(count, 2 ** 32 - address));
      response.body = {
        address: hex(address),
        data: Buffer.from(bytes).toString('base64'),
        ...(bytes.length < count ? { unreadableBytes: count - bytes.length } : {}),
      };
    });
  }

  protected override writeMemoryRequest(
    response: DebugProtocol.WriteMemoryResponse,
    { memoryReference, offset = 0, data }: DebugProtocol.WriteMemoryArguments,
  ): void {
    this.answer(response, () => {
      const { session } = this.standing();
      const bytes = Buffer.from(data, 'base64');
      session.writeMemory(placeOf(session, memoryReference, offset), bytes);
      response.body = { bytesWritten: bytes.length };
    });
  }

  protected override disassembleRequest(
    response: DebugProtocol.DisassembleResponse,
    {
      memoryReference,
      offset = 0,
      instructionOffset = 0,
      instructionCount,
    }: DebugProtocol.DisassembleArguments,
  ): void {
    this.answer(response, () => {
      const { session } = this.current();
      const address = placeOf(session, memoryReference, offset);
      response.body = {
        instructions: disassembleAround(session, address, instructionOffset, instructionCount),
      };
    });
  }

  /** The thread of a frame that was shown. */
  protected threadOf(frame: number): number {
    const thread = this.#frames.get(frame) as number | undefined;
    if (thread === undefined)
      throw new GuestStateError(`there is no frame ${frame}, or the guest has run since`);
    return thread;
  }

  #list(reference: number): VariableList {
    const list = this.#variables.get(reference) as VariableList | undefined;
    if (list === undefined)
      throw new GuestStateError(`there are no variables ${reference}, or the guest has run since`);
    return list;
  }
}

/** The address that an editor's reference and an offset from it name. */
function placeOf(session: DebugSession, reference: string, offset: number): number {
  const address = parseExpression(session, reference)() + offset;
  if (address >= 0 && address < 2 ** 32) return address;
  throw new InputError(`${reference} and ${offset} lead beyond the addresses there are: 0 to 0xffffffff`);
}
