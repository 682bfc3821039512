/**
 * The debug adapter: a debug session in the words of the Debug Adapter Protocol, for VS Code and other editors.
 *
 * Requests that run the guest are answered first and end in a `stopped` or `terminated` event, as the protocol wants.
 * What must hold: one request runs the guest at a time; a wrong request is answered with its error and changes nothing;
 * what an editor changes while the guest runs counts from the next moment at which it stands.
 */
import { hex } from '../../../emulator/hex.ts';
import {
  DebugSession as ProtocolSession,
  ExitedEvent,
  Handles,
  InitializedEvent,
  OutputEvent,
  Response,
  StoppedEvent,
  TerminatedEvent,
  Thread,
} from '@vscode/debugadapter';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { parseExpression } from '../commands/expression.ts';
import { CommandInterpreter } from '../commands/interpreter.ts';
import type { DebugSession, Operation } from '../index.ts';
import type { DebugStop } from '../debug-stop.ts';
import { GuestStateError, InputError } from '../../guest/errors.ts';
import {
  dataId,
  dataStop,
  EditorBreakpoints,
  FAULT_FILTER,
  functionStop,
  instructionStop,
} from './breakpoints.ts';
import type { BreakpointList } from './breakpoints.ts';
import { disassembleAround } from './code.ts';
import { launch, readLaunch } from './launch.ts';
import type { LaunchOptions } from './launch.ts';
import { OutputText } from './output-text.ts';
import { problemOf } from './requests.ts';
import { Runner } from './runner.ts';
import { stoppedEvent } from './stopped.ts';
import { scopesOf, setVariable, variablesOf } from './variables.ts';
import type { VariableList } from './variables.ts';

const REQUEST_FAILED = 1;
const FRAMES_MAXIMUM = 256;

const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).trim().replaceAll(/\s*\n\s*/g, ' ');

/** A launched guest, with what the adapter keeps about it. */
interface Launched {
  readonly options: LaunchOptions;
  readonly session: DebugSession;
  readonly interpreter: CommandInterpreter;
  readonly breakpoints: EditorBreakpoints;
  /** The editor has set what it wants to stop at, and the guest has been let go. */
  configured: boolean;
}

export class NanvixDebugAdapter extends ProtocolSession {
  /** Resolves when the editor has disconnected and been answered: nothing is left to be done. */
  readonly ended: Promise<void>;
  #end: () => void = () => undefined;
  #launched: Launched | undefined;
  /** A guest is being made. */
  #launching = false;
  /** The editor has said that it will not need the guest any more. */
  #left = false;
  readonly #runner = new Runner(() => {
    this.#frames.reset();
    this.#variables.reset();
  });
  readonly #frames = new Handles<number>();
  readonly #variables = new Handles<VariableList>();

  constructor() {
    super();
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** A request that is not as it should be changes nothing. */
  protected override dispatchRequest(request: DebugProtocol.Request): void {
    const problem = problemOf(request);
    if (problem === undefined) super.dispatchRequest(request);
    else this.#refuse(new Response(request), problem);
  }

  protected override initializeRequest(response: DebugProtocol.InitializeResponse): void {
    response.body = {
      supportsConfigurationDoneRequest: true,
      supportsFunctionBreakpoints: true,
      supportsConditionalBreakpoints: true,
      supportsInstructionBreakpoints: true,
      supportsDataBreakpoints: true,
      exceptionBreakpointFilters: [
        { filter: FAULT_FILTER, label: 'Processor faults', description: 'Page faults and other exceptions' },
      ],
      supportsStepBack: true,
      supportsSteppingGranularity: true,
      supportsSetVariable: true,
      supportsReadMemoryRequest: true,
      supportsWriteMemoryRequest: true,
      supportsDisassembleRequest: true,
      supportsCompletionsRequest: true,
      supportsRestartRequest: true,
      supportsTerminateRequest: true,
      supportsEvaluateForHovers: true,
    };
    this.sendResponse(response);
  }

  // ── the session ──

  protected override launchRequest(response: DebugProtocol.LaunchResponse, request: unknown): void {
    void this.#answerLater(response, async () => {
      const options = readLaunch(request);
      if (this.#launched !== undefined || this.#launching) {
        throw new GuestStateError('a guest has been launched already');
      }
      const text = new OutputText((category, output) => {
        this.sendEvent(new OutputEvent(output, category));
      });
      const session = await this.#launch(options, (stream, bytes) => {
        text.write(stream, bytes);
      });
      this.#launched = {
        options,
        session,
        interpreter: new CommandInterpreter(session),
        breakpoints: new EditorBreakpoints(session),
        configured: false,
      };
    }).then((done) => {
      if (done) this.sendEvent(new InitializedEvent());
    });
  }

  async #launch(...parameters: Parameters<typeof launch>): Promise<DebugSession> {
    this.#launching = true;
    try {
      const session = await launch(...parameters);
      if (!this.#left) return session;
      session.dispose();
      throw new GuestStateError('the editor has left meanwhile');
    } finally {
      this.#launching = false;
    }
  }

  protected override attachRequest(response: DebugProtocol.AttachResponse): void {
    this.#refuse(response, 'there is nothing to attach to: launch a program');
  }

  protected override configurationDoneRequest(response: DebugProtocol.ConfigurationDoneResponse): void {
    const done = this.#answer(response, () => {
      const launched = this.#standing();
      if (launched.configured) throw new GuestStateError('the configuration has been done already');
      launched.configured = true;
    });
    if (done && this.#launched !== undefined) this.#enter(this.#launched);
  }

  protected override restartRequest(response: DebugProtocol.RestartResponse): void {
    const done = this.#answer(response, () => {
      const { session } = this.#standing();
      session.goTo(session.timeline.start);
    });
    if (done && this.#launched !== undefined) this.#enter(this.#launched);
  }

  protected override terminateRequest(response: DebugProtocol.TerminateResponse): void {
    this.sendResponse(response);
    this.#leave(() => {
      this.sendEvent(new TerminatedEvent());
    });
  }

  protected override disconnectRequest(response: DebugProtocol.DisconnectResponse): void {
    this.#leave(() => {
      this.sendResponse(response);
      this.#end();
    });
  }

  /** Frees the guest, as soon as it stands. */
  #leave(then: () => void): void {
    this.#left = true;
    this.#runner.whenStanding(() => {
      this.#launched?.session.dispose();
      this.#launched = undefined;
      then();
    });
    this.#runner.pause();
  }

  #enter({ options, session }: Launched): void {
    if (options.stopOnEntry && !options.noDebug) this.sendEvent(new StoppedEvent('entry', session.thread));
    else void this.#run(session, (operations) => operations.continue(), true);
  }

  // ── breakpoints ──

  protected override setBreakPointsRequest(
    response: DebugProtocol.SetBreakpointsResponse,
    { breakpoints = [] }: DebugProtocol.SetBreakpointsArguments,
  ): void {
    const message = 'lines of sources are not known: break at a function, a kernel call or an instruction';
    response.body = { breakpoints: breakpoints.map(() => ({ verified: false, message })) };
    this.sendResponse(response);
  }

  protected override setFunctionBreakPointsRequest(
    response: DebugProtocol.SetFunctionBreakpointsResponse,
    { breakpoints }: DebugProtocol.SetFunctionBreakpointsArguments,
  ): void {
    this.#setBreakpoints(response, 'function', breakpoints, functionStop);
  }

  protected override setInstructionBreakpointsRequest(
    response: DebugProtocol.SetInstructionBreakpointsResponse,
    { breakpoints }: DebugProtocol.SetInstructionBreakpointsArguments,
  ): void {
    this.#setBreakpoints(response, 'instruction', breakpoints, instructionStop);
  }

  protected override setExceptionBreakPointsRequest(
    response: DebugProtocol.SetExceptionBreakpointsResponse,
    { filters }: DebugProtocol.SetExceptionBreakpointsArguments,
  ): void {
    this.#setBreakpoints(response, 'exception', filters, (_session, filter) => {
      if (filter !== FAULT_FILTER) throw new GuestStateError(`there is no filter ${filter}`);
      return { kind: 'fault' };
    });
  }

  protected override dataBreakpointInfoRequest(
    response: DebugProtocol.DataBreakpointInfoResponse,
    { name, variablesReference, bytes }: DebugProtocol.DataBreakpointInfoArguments & { bytes?: number },
  ): void {
    this.#answer(response, () => {
      if (variablesReference !== undefined && variablesReference !== 0) {
        response.body = { dataId: null, description: `${name} is not in memory` };
        return;
      }
      const id = dataId(this.#get().session, name, bytes);
      response.body = {
        dataId: id,
        description: `memory at ${id}`,
        accessTypes: ['read', 'write', 'readWrite'],
      };
    });
  }

  protected override setDataBreakpointsRequest(
    response: DebugProtocol.SetDataBreakpointsResponse,
    { breakpoints }: DebugProtocol.SetDataBreakpointsArguments,
  ): void {
    this.#setBreakpoints(response, 'data', breakpoints, dataStop);
  }

  #setBreakpoints<Wanted extends object | string>(
    response: DebugProtocol.Response & { body?: { breakpoints?: DebugProtocol.Breakpoint[] } | undefined },
    list: BreakpointList,
    wanted: readonly Wanted[],
    toStop: Parameters<typeof EditorBreakpoints.prototype.replace<Wanted>>[2],
  ): void {
    this.#runner.whenStanding(() => {
      this.#answer(response, () => {
        response.body = { breakpoints: this.#get().breakpoints.replace(list, wanted, toStop) };
      });
    });
  }

  // ── looking ──

  protected override threadsRequest(response: DebugProtocol.ThreadsResponse): void {
    this.#answer(response, () => {
      const { session } = this.#get();
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
    this.#answer(response, () => {
      const { session } = this.#get();
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
    this.#answer(response, () => {
      const { session } = this.#get();
      const thread = this.#threadOf(frameId);
      response.body = { scopes: scopesOf(session, thread, (list) => this.#variables.create(list)) };
    });
  }

  protected override variablesRequest(
    response: DebugProtocol.VariablesResponse,
    { variablesReference }: DebugProtocol.VariablesArguments,
  ): void {
    this.#answer(response, () => {
      response.body = { variables: variablesOf(this.#get().session, this.#list(variablesReference)) };
    });
  }

  protected override setVariableRequest(
    response: DebugProtocol.SetVariableResponse,
    { variablesReference, name, value }: DebugProtocol.SetVariableArguments,
  ): void {
    this.#answer(response, () => {
      response.body = setVariable(this.#standing().session, this.#list(variablesReference), name, value);
    });
  }

  protected override readMemoryRequest(
    response: DebugProtocol.ReadMemoryResponse,
    { memoryReference, offset = 0, count }: DebugProtocol.ReadMemoryArguments,
  ): void {
    this.#answer(response, () => {
      const { session } = this.#get();
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
    this.#answer(response, () => {
      const { session } = this.#standing();
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
    this.#answer(response, () => {
      const { session } = this.#get();
      const address = placeOf(session, memoryReference, offset);
      response.body = {
        instructions: disassembleAround(session, address, instructionOffset, instructionCount),
      };
    });
  }

  /** The debug console takes every command of the interactive debugger; elsewhere an expression is asked for. */
  protected override evaluateRequest(
    response: DebugProtocol.EvaluateResponse,
    { expression, context, frameId }: DebugProtocol.EvaluateArguments,
  ): void {
    if (context !== 'repl') {
      this.#answer(response, () => {
        const { session } = this.#get();
        if (frameId !== undefined) this.#threadOf(frameId);
        const value = parseExpression(session, expression)();
        const symbol = session.describe(value);
        const result = symbol === undefined ? hex(value) : `${hex(value)} <${symbol}>`;
        response.body = { result, variablesReference: 0, memoryReference: hex(value) };
      });
      return;
    }
    void this.#answerLater(response, () => this.#command(response, expression));
  }

  async #command(response: DebugProtocol.EvaluateResponse, line: string): Promise<void> {
    const { session, interpreter } = this.#standing();
    const { revision } = session.timeline;
    let result = '';
    await this.#runner.during(async (signal) => {
      await interpreter.execute(line, (text) => (result += text), signal);
    });
    response.body = { result: result.trimEnd(), variablesReference: 0 };
    if (session.timeline.revision !== revision) this.#report(session, session.last);
  }

  protected override completionsRequest(
    response: DebugProtocol.CompletionsResponse,
    { text, column }: DebugProtocol.CompletionsArguments,
  ): void {
    this.#answer(response, () => {
      const [found, word] = this.#get().interpreter.complete(text.slice(0, column - 1));
      response.body = { targets: found.map((label) => ({ label, length: word.length })) };
    });
  }

  // ── running ──

  protected override continueRequest(
    response: DebugProtocol.ContinueResponse,
    { threadId }: DebugProtocol.ContinueArguments,
  ): void {
    this.#answerAndRun(response, threadId, (operations) => operations.continue(), true);
  }

  protected override nextRequest(
    response: DebugProtocol.NextResponse,
    { threadId }: DebugProtocol.NextArguments,
  ): void {
    this.#answerAndRun(response, threadId, (operations) => operations.stepOver());
  }

  protected override stepInRequest(
    response: DebugProtocol.StepInResponse,
    { threadId }: DebugProtocol.StepInArguments,
  ): void {
    this.#answerAndRun(response, threadId, (operations) => operations.stepWithoutInterrupts());
  }

  protected override stepOutRequest(
    response: DebugProtocol.StepOutResponse,
    { threadId }: DebugProtocol.StepOutArguments,
  ): void {
    this.#answerAndRun(response, threadId, (operations) => operations.stepOut());
  }

  protected override stepBackRequest(
    response: DebugProtocol.StepBackResponse,
    { threadId }: DebugProtocol.StepBackArguments,
  ): void {
    this.#answerAndRun(response, threadId, (operations) => operations.stepBackWithoutInterrupts());
  }

  protected override reverseContinueRequest(
    response: DebugProtocol.ReverseContinueResponse,
    { threadId }: DebugProtocol.ReverseContinueArguments,
  ): void {
    this.#answerAndRun(response, threadId, (operations) => operations.reverseContinue(), true);
  }

  protected override pauseRequest(response: DebugProtocol.PauseResponse): void {
    this.sendResponse(response);
    this.#runner.pause();
  }

  #answerAndRun(
    response: DebugProtocol.Response,
    thread: number,
    operation: (operations: DebugSession['operations']) => Operation<DebugStop>,
    resumable = false,
  ): void {
    const done = this.#answer(response, () => {
      const { session } = this.#standing();
      const isKnown =
        thread === session.thread || session.threads?.some(({ tid }) => tid === thread) === true;
      if (!isKnown) throw new InputError(`no thread ${thread} is known here`);
    });
    if (done && this.#launched !== undefined) void this.#run(this.#launched.session, operation, resumable);
  }

  async #run(
    session: DebugSession,
    operation: (operations: DebugSession['operations']) => Operation<DebugStop>,
    resumable: boolean,
  ): Promise<void> {
    try {
      const stop = await this.#runner.run(() => operation(session.operations), resumable);
      if (this.#launched?.session !== session) return;
      this.#report(session, stop ?? session.interrupted());
    } catch (error) {
      this.sendEvent(new OutputEvent(`${messageOf(error)}\n`, 'stderr'));
      this.sendEvent(new StoppedEvent('step', session.thread));
    }
  }

  #report(session: DebugSession, stop: DebugStop): void {
    if (stop.kind === 'exit' && this.#launched?.options.stopAtEnd !== true) {
      this.sendEvent(new ExitedEvent(stop.status));
      this.sendEvent(new TerminatedEvent());
      return;
    }
    this.sendEvent(stoppedEvent(session, stop));
  }

  // ── answers ──

  #get(): Launched {
    if (this.#launched === undefined) throw new GuestStateError('no guest has been launched');
    return this.#launched;
  }

  #standing(): Launched {
    if (this.#runner.runs) throw new GuestStateError('the guest runs: pause it first');
    return this.#get();
  }

  #threadOf(frame: number): number {
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

  /** Sends an answer, or the error that comes of making it. True for an answer. */
  #answer(response: DebugProtocol.Response, make: () => unknown): boolean {
    try {
      make();
      this.sendResponse(response);
      return true;
    } catch (error) {
      this.#refuse(response, messageOf(error));
      return false;
    }
  }

  /** What stands in braces in the reason must not be taken for the name of something. */
  #refuse(response: DebugProtocol.Response, reason: string): void {
    this.sendErrorResponse(response, REQUEST_FAILED, '{_reason}', { _reason: reason });
  }

  async #answerLater(response: DebugProtocol.Response, make: () => Promise<void>): Promise<boolean> {
    try {
      await make();
      this.sendResponse(response);
      return true;
    } catch (error) {
      this.#refuse(response, messageOf(error));
      return false;
    }
  }
}

/** The address that an editor's reference and an offset from it name. */
function placeOf(session: DebugSession, reference: string, offset: number): number {
  const address = parseExpression(session, reference)() + offset;
  if (address >= 0 && address < 2 ** 32) return address;
  throw new InputError(`${reference} and ${offset} lead beyond the addresses there are: 0 to 0xffffffff`);
}
