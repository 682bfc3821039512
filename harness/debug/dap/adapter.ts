/**
 * The debug adapter: a debug session in the words of the Debug Adapter Protocol, for VS Code and other editors.
 *
 * Requests that run the guest are answered first and end in a `stopped` or `terminated` event, as the protocol wants.
 * What must hold: one request runs the guest at a time; what an editor changes while the guest runs counts from the next moment at
 * which it stands. What it may look at is in inspecting-adapter.ts, how it is answered in guest-adapter.ts.
 */
import {
  ExitedEvent,
  InitializedEvent,
  OutputEvent,
  StoppedEvent,
  TerminatedEvent,
} from '@vscode/debugadapter';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { hex } from '../../../emulator/hex.ts';
import { GuestStateError, InputError } from '../../guest/errors.ts';
import { parseExpression } from '../commands/expression.ts';
import { CommandInterpreter } from '../commands/interpreter.ts';
import type { DebugStop } from '../debug-stop.ts';
import type { DebugSession, Operation } from '../index.ts';
import {
  dataId,
  dataStop,
  EditorBreakpoints,
  FAULT_FILTER,
  functionStop,
  instructionStop,
} from './breakpoints.ts';
import type { BreakpointList } from './breakpoints.ts';
import { messageOf } from './guest-adapter.ts';
import type { Launched } from './guest-adapter.ts';
import { InspectingAdapter } from './inspecting-adapter.ts';
import { launch, readLaunch } from './launch.ts';
import { OutputText } from './output-text.ts';
import { stoppedEvent } from './stopped.ts';

export class NanvixDebugAdapter extends InspectingAdapter {
  /** Resolves when the editor has disconnected and been answered: nothing is left to be done. */
  readonly ended: Promise<void>;
  #end: () => void = () => undefined;
  /** A guest is being made. */
  #launching = false;
  /** The editor has said that it will not need the guest any more. */
  #left = false;

  constructor() {
    super();
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
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
    void this.answerLater(response, async () => {
      const options = readLaunch(request);
      if (this.launched !== undefined || this.#launching) {
        throw new GuestStateError('a guest has been launched already');
      }
      const text = new OutputText((category, output) => {
        this.sendEvent(new OutputEvent(output, category));
      });
      const session = await this.#launch(options, (stream, bytes) => {
        text.write(stream, bytes);
      });
      this.launched = {
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
    this.refuse(response, 'there is nothing to attach to: launch a program');
  }

  protected override configurationDoneRequest(response: DebugProtocol.ConfigurationDoneResponse): void {
    const done = this.answer(response, () => {
      const launched = this.standing();
      if (launched.configured) throw new GuestStateError('the configuration has been done already');
      launched.configured = true;
    });
    if (done && this.launched !== undefined) this.#enter(this.launched);
  }

  protected override restartRequest(response: DebugProtocol.RestartResponse): void {
    const done = this.answer(response, () => {
      const { session } = this.standing();
      session.goTo(session.timeline.start);
    });
    if (done && this.launched !== undefined) this.#enter(this.launched);
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
    this.runner.whenStanding(() => {
      this.launched?.session.dispose();
      this.launched = undefined;
      then();
    });
    this.runner.pause();
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
    this.answer(response, () => {
      if (variablesReference !== undefined && variablesReference !== 0) {
        response.body = { dataId: null, description: `${name} is not in memory` };
        return;
      }
      const id = dataId(this.current().session, name, bytes);
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
    this.runner.whenStanding(() => {
      this.answer(response, () => {
        response.body = { breakpoints: this.current().breakpoints.replace(list, wanted, toStop) };
      });
    });
  }

  /** The debug console takes every command of the interactive debugger; elsewhere an expression is asked for. */
  protected override evaluateRequest(
    response: DebugProtocol.EvaluateResponse,
    { expression, context, frameId }: DebugProtocol.EvaluateArguments,
  ): void {
    if (context !== 'repl') {
      this.answer(response, () => {
        const { session } = this.current();
        if (frameId !== undefined) this.threadOf(frameId);
        const value = parseExpression(session, expression)();
        const symbol = session.describe(value);
        const result = symbol === undefined ? hex(value) : `${hex(value)} <${symbol}>`;
        response.body = { result, variablesReference: 0, memoryReference: hex(value) };
      });
      return;
    }
    void this.answerLater(response, () => this.#command(response, expression));
  }

  async #command(response: DebugProtocol.EvaluateResponse, line: string): Promise<void> {
    const { session, interpreter } = this.standing();
    const { revision } = session.timeline;
    let result = '';
    await this.runner.during(async (signal) => {
      await interpreter.execute(line, (text) => (result += text), signal);
    });
    response.body = { result: result.trimEnd(), variablesReference: 0 };
    if (session.timeline.revision !== revision) this.#report(session, session.last);
  }

  protected override completionsRequest(
    response: DebugProtocol.CompletionsResponse,
    { text, column }: DebugProtocol.CompletionsArguments,
  ): void {
    this.answer(response, () => {
      const [found, word] = this.current().interpreter.complete(text.slice(0, column - 1));
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
    this.runner.pause();
  }

  #answerAndRun(
    response: DebugProtocol.Response,
    thread: number,
    operation: (operations: DebugSession['operations']) => Operation<DebugStop>,
    resumable = false,
  ): void {
    const done = this.answer(response, () => {
      const { session } = this.standing();
      const isKnown =
        thread === session.thread || session.threads?.some(({ tid }) => tid === thread) === true;
      if (!isKnown) throw new InputError(`no thread ${thread} is known here`);
    });
    if (done && this.launched !== undefined) void this.#run(this.launched.session, operation, resumable);
  }

  async #run(
    session: DebugSession,
    operation: (operations: DebugSession['operations']) => Operation<DebugStop>,
    resumable: boolean,
  ): Promise<void> {
    try {
      const stop = await this.runner.run(() => operation(session.operations), resumable);
      if (this.launched?.session !== session) return;
      this.#report(session, stop ?? session.interrupted());
    } catch (error) {
      this.sendEvent(new OutputEvent(`${messageOf(error)}\n`, 'stderr'));
      this.sendEvent(new StoppedEvent('step', session.thread));
    }
  }

  #report(session: DebugSession, stop: DebugStop): void {
    if (stop.kind === 'exit' && this.launched?.options.stopAtEnd !== true) {
      this.sendEvent(new ExitedEvent(stop.status));
      this.sendEvent(new TerminatedEvent());
      return;
    }
    this.sendEvent(stoppedEvent(session, stop));
  }
}
