/**
 * The debug adapter: a debug session in the words of the Debug Adapter Protocol, for VS Code and other editors.
 *
 * Requests that run the guest are answered first and end in a `stopped` or `terminated` event, as the protocol wants.
 * What must hold: one request runs the guest at a time; a wrong request is answered with its error and changes nothing.
 */
import {
  ExitedEvent,
  InitializedEvent,
  LoggingDebugSession,
  OutputEvent,
  Scope,
  StackFrame,
  StoppedEvent,
  TerminatedEvent,
  Thread,
  Variable,
} from '@vscode/debugadapter';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { REGISTER_NAMES } from '../../emulator/types.ts';
import { debug, inBackground } from '../debug/index.ts';
import type { DebugSession, DebugStop, Operation } from '../debug/index.ts';
import { describeStop } from '../debug/commands/describe-stop.ts';
import { CommandInterpreter } from '../debug/commands/interpreter.ts';
import { callArguments } from '../debug/inspect/calls.ts';
import { disassemble } from '../debug/inspect/disassembly.ts';

/** What `launch` takes. */
export interface LaunchArguments extends DebugProtocol.LaunchRequestArguments {
  /** ELF file of the program, or `python`. */
  readonly program: string;
  /** `args;ENV=value`. */
  readonly commandLine?: string;
  readonly kernel?: string;
  readonly ramfs?: string;
  readonly memoryMiB?: number;
  readonly stdin?: string;
  /** False lets the guest run at once; true, the default, stops at its first instruction. */
  readonly stopOnEntry?: boolean;
}

const THREAD = 1;
const REGISTERS_SCOPE = 1;
const CALL_SCOPE = 2;
const LAUNCH_FAILED = 1;
const REQUEST_FAILED = 2;
/** Breakpoints on functions by this prefix are breakpoints on kernel calls: `call:mmap`. */
const CALL_PREFIX = 'call:';

const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;

export class NanvixDebugAdapter extends LoggingDebugSession {
  #session: DebugSession | undefined;
  #interpreter: CommandInterpreter | undefined;
  #points: readonly number[] = [];
  #stopOnEntry = true;
  #running: AbortController | undefined;

  protected override initializeRequest(response: DebugProtocol.InitializeResponse): void {
    response.body = {
      supportsConfigurationDoneRequest: true,
      supportsFunctionBreakpoints: true,
      supportsStepBack: true,
      supportsDisassembleRequest: true,
      supportsEvaluateForHovers: false,
      supportsSteppingGranularity: true,
      supportsTerminateRequest: true,
    };
    this.sendResponse(response);
  }

  protected override launchRequest(response: DebugProtocol.LaunchResponse, request: LaunchArguments): void {
    void this.#launch(response, request);
  }

  protected override configurationDoneRequest(response: DebugProtocol.ConfigurationDoneResponse): void {
    this.sendResponse(response);
    if (this.#stopOnEntry) this.sendEvent(new StoppedEvent('entry', THREAD));
    else this.#run(this.#session?.operations.continue());
  }

  protected override setFunctionBreakPointsRequest(
    response: DebugProtocol.SetFunctionBreakpointsResponse,
    request: DebugProtocol.SetFunctionBreakpointsArguments,
  ): void {
    const stops = this.#session?.stops;
    for (const id of this.#points) stops?.remove(id);
    const breakpoints = request.breakpoints.map(({ name }): DebugProtocol.Breakpoint => {
      try {
        const point = name.startsWith(CALL_PREFIX)
          ? stops?.add({ kind: 'call', calls: name.slice(CALL_PREFIX.length) })
          : stops?.add({ kind: 'breakpoint', at: name });
        return point === undefined ? { verified: false } : { verified: true, id: point.id };
      } catch (error) {
        return { verified: false, message: messageOf(error) };
      }
    });
    this.#points = breakpoints.flatMap(({ id }) => (id === undefined ? [] : [id]));
    response.body = { breakpoints };
    this.sendResponse(response);
  }

  protected override threadsRequest(response: DebugProtocol.ThreadsResponse): void {
    response.body = { threads: [new Thread(THREAD, 'guest')] };
    this.sendResponse(response);
  }

  protected override stackTraceRequest(response: DebugProtocol.StackTraceResponse): void {
    const stackFrames = (this.#session?.callStack() ?? []).map((one, index) => {
      const name = one.function === undefined ? hex(one.address) : `${one.function}+${hex(one.offset ?? 0)}`;
      const shown: DebugProtocol.StackFrame = new StackFrame(index, name);
      shown.instructionPointerReference = hex(one.address);
      return shown;
    });
    response.body = { stackFrames, totalFrames: stackFrames.length };
    this.sendResponse(response);
  }

  protected override scopesRequest(response: DebugProtocol.ScopesResponse): void {
    const call = this.#session?.call;
    response.body = {
      scopes: [
        ...(call === undefined ? [] : [new Scope(`Kernel call ${call.name}`, CALL_SCOPE)]),
        new Scope('Registers', REGISTERS_SCOPE),
      ],
    };
    this.sendResponse(response);
  }

  protected override variablesRequest(
    response: DebugProtocol.VariablesResponse,
    request: DebugProtocol.VariablesArguments,
  ): void {
    response.body = { variables: this.#variables(request.variablesReference) };
    this.sendResponse(response);
  }

  protected override disassembleRequest(
    response: DebugProtocol.DisassembleResponse,
    request: DebugProtocol.DisassembleArguments,
  ): void {
    const address = Number(request.memoryReference) + (request.offset ?? 0);
    const found =
      this.#session === undefined
        ? []
        : disassemble(this.#session.machine, address, request.instructionCount);
    response.body = {
      instructions: found.map((one) => ({ address: hex(one.address), instruction: one.text })),
    };
    this.sendResponse(response);
  }

  /** The debug console takes every command of the interactive debugger that does not run the guest. */
  protected override evaluateRequest(
    response: DebugProtocol.EvaluateResponse,
    request: DebugProtocol.EvaluateArguments,
  ): void {
    let result = '';
    const done = this.#interpreter?.execute(request.expression, (text) => {
      result += text;
    });
    void Promise.resolve(done).then(() => {
      response.body = { result: result.trimEnd(), variablesReference: 0 };
      this.sendResponse(response);
    });
  }

  protected override continueRequest(response: DebugProtocol.ContinueResponse): void {
    this.#answerAndRun(response, (session) => session.operations.continue());
  }

  protected override nextRequest(response: DebugProtocol.NextResponse): void {
    this.#answerAndRun(response, (session) => session.operations.stepOver());
  }

  protected override stepInRequest(response: DebugProtocol.StepInResponse): void {
    this.#answerAndRun(response, (session) => session.operations.stepWithoutInterrupts());
  }

  protected override stepOutRequest(response: DebugProtocol.StepOutResponse): void {
    this.#answerAndRun(response, (session) => session.operations.stepOut());
  }

  protected override stepBackRequest(response: DebugProtocol.StepBackResponse): void {
    this.#answerAndRun(response, (session) => session.operations.stepBackWithoutInterrupts());
  }

  protected override reverseContinueRequest(response: DebugProtocol.ReverseContinueResponse): void {
    this.#answerAndRun(response, (session) => session.operations.reverseContinue());
  }

  protected override pauseRequest(response: DebugProtocol.PauseResponse): void {
    this.sendResponse(response);
    this.#running?.abort();
  }

  protected override terminateRequest(response: DebugProtocol.TerminateResponse): void {
    this.#running?.abort();
    this.sendResponse(response);
    this.sendEvent(new TerminatedEvent());
  }

  protected override disconnectRequest(response: DebugProtocol.DisconnectResponse): void {
    this.#running?.abort();
    this.sendResponse(response);
    this.shutdown();
  }

  async #launch(response: DebugProtocol.LaunchResponse, request: LaunchArguments): Promise<void> {
    const { program, commandLine, kernel, ramfs, memoryMiB, stdin } = request;
    this.#stopOnEntry = request.stopOnEntry ?? true;
    try {
      this.#session = await debug({
        program,
        ...(commandLine === undefined ? {} : { commandLine }),
        ...(kernel === undefined ? {} : { kernel }),
        ...(ramfs === undefined ? {} : { ramfs }),
        ...(memoryMiB === undefined ? {} : { memoryMiB }),
        ...(stdin === undefined ? {} : { stdin }),
        onOutput: (stream, bytes) => {
          this.sendEvent(new OutputEvent(Buffer.from(bytes).toString(), stream));
        },
      });
      this.#interpreter = new CommandInterpreter(this.#session);
      this.sendResponse(response);
      this.sendEvent(new InitializedEvent());
    } catch (error) {
      this.sendErrorResponse(response, LAUNCH_FAILED, messageOf(error));
    }
  }

  #answerAndRun(
    response: DebugProtocol.Response,
    operation: (session: DebugSession) => Operation<DebugStop>,
  ): void {
    if (this.#session === undefined || this.#running !== undefined) {
      this.sendErrorResponse(response, REQUEST_FAILED, 'the guest is not stopped');
      return;
    }
    this.sendResponse(response);
    this.#run(operation(this.#session));
  }

  #run(operation: Operation<DebugStop> | undefined): void {
    if (operation === undefined) return;
    const running = new AbortController();
    this.#running = running;
    inBackground(operation, running.signal)
      .then((stop) => {
        this.#running = undefined;
        this.#report(stop);
      })
      .catch((error: unknown) => {
        this.#running = undefined;
        this.sendEvent(new OutputEvent(`${messageOf(error)}\n`, 'console'));
        this.sendEvent(new StoppedEvent('exception', THREAD));
      });
  }

  #report(stop: DebugStop | undefined): void {
    if (stop?.kind === 'exit') {
      this.sendEvent(new ExitedEvent(stop.status));
      this.sendEvent(new TerminatedEvent());
      return;
    }
    const event: DebugProtocol.StoppedEvent = new StoppedEvent(
      stop === undefined ? 'pause' : reasonOf(stop),
      THREAD,
    );
    if (stop !== undefined && this.#session !== undefined)
      event.body.text = describeStop(this.#session, stop);
    this.sendEvent(event);
  }

  #variables(scope: number): DebugProtocol.Variable[] {
    const session = this.#session;
    if (session === undefined) return [];
    if (scope === REGISTERS_SCOPE) {
      return REGISTER_NAMES.map((name) => new Variable(name, hex(session.machine.registers.get(name))));
    }
    const { call } = session;
    if (scope !== CALL_SCOPE || call === undefined) return [];
    return callArguments(session, call).map(({ name, text }) => new Variable(name, text));
  }
}

function reasonOf(stop: DebugStop): string {
  switch (stop.kind) {
    case 'step':
    case 'reached':
    case 'start':
      return 'step';
    case 'breakpoint':
      return 'function breakpoint';
    case 'watchpoint':
      return 'data breakpoint';
    case 'fault':
    case 'crash':
    case 'halted':
    case 'protocol-error':
      return 'exception';
    case 'call':
    case 'return':
      return 'breakpoint';
    case 'interrupted':
    case 'exit':
    case 'snapshot':
    case 'paused':
    case 'input':
      return 'pause';
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
