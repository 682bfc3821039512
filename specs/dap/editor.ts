/** An editor for specs: the adapter library's own test client, talking to the real command. */
import { DebugClient } from '@vscode/debugadapter-testsupport';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { onTestFinished } from 'vitest';
import type { LaunchArguments } from '../../harness/debug/dap/index.ts';
import { debuggedProgram } from '../debug/program.ts';
import { LAUNCHER } from '../support/command.ts';

/** The only thread of the program that is debugged. */
export const THREAD = { threadId: 1 };

type Stopped = DebugProtocol.StoppedEvent['body'];
type Requests = (editor: Editor) => Promise<unknown>;

export class Editor extends DebugClient {
  #left = false;

  /** An editor that has started the adapter and nothing else. */
  static async begin(): Promise<Editor> {
    const editor = new Editor(LAUNCHER, 'dap', 'nanvix-v86');
    editor.defaultTimeout = 100_000;
    await editor.start();
    onTestFinished(() => (editor.#left ? undefined : editor.stop()));
    await editor.initializeRequest();
    return editor;
  }

  /** An editor with the program launched, `configure` done, and the guest at its first instruction unless told otherwise. */
  static async launch(
    options: LaunchArguments = {},
    configure: Requests = () => Promise.resolve(),
  ): Promise<Editor> {
    const editor = await Editor.begin();
    const initialized = editor.waitForEvent('initialized');
    const program = await debuggedProgram();
    const launched: LaunchArguments = { program, memoryMiB: 128, stdin: 'hi\n', ...options };
    await editor.launchRequest(launched);
    await initialized;
    await configure(editor);
    if (options.stopOnEntry === false) await editor.configurationDoneRequest();
    else await editor.stops(() => editor.configurationDoneRequest());
    return editor;
  }

  /** Disconnects: the adapter ends by itself. */
  async leave(): Promise<void> {
    this.#left = true;
    await this.disconnectRequest();
  }

  /** Sends a request that runs the guest, and says where it stopped. */
  async stops(request: () => Promise<unknown>): Promise<Stopped> {
    const stopped = this.waitForEvent('stopped');
    await request();
    return ((await stopped) as DebugProtocol.StoppedEvent).body;
  }

  /** Sends a request that the client has no method for, and gives the body of the answer. */
  async ask<Body = unknown>(command: string, request: unknown): Promise<Body> {
    const response = await this.customRequest(command, request);
    return response.body as Body;
  }

  async breakAt(
    ...names: (string | DebugProtocol.FunctionBreakpoint)[]
  ): Promise<DebugProtocol.Breakpoint[]> {
    const breakpoints = names.map((one) => (typeof one === 'string' ? { name: one } : one));
    return (await this.setFunctionBreakpointsRequest({ breakpoints })).body.breakpoints;
  }

  /** The variables of a scope whose name starts like this, by name; and the reference of the scope. */
  async scope(name: string): Promise<{ reference: number; values: Record<string, string> }> {
    const { body: stack } = await this.stackTraceRequest(THREAD);
    const { body } = await this.scopesRequest({ frameId: stack.stackFrames[0]?.id ?? 0 });
    const reference = body.scopes.find((one) => one.name.startsWith(name))?.variablesReference ?? 0;
    const { body: list } = await this.variablesRequest({ variablesReference: reference });
    return {
      reference,
      values: Object.fromEntries(list.variables.map((one) => [one.name, one.value])),
    };
  }

  /** What the debug console prints for a line. */
  async console(expression: string): Promise<string> {
    return (await this.evaluateRequest({ expression, context: 'repl' })).body.result;
  }

  async registers(): Promise<Record<string, string>> {
    return (await this.scope('Registers')).values;
  }

  /** What the guest has written to standard output from now on, until the session ends. */
  async outputToEnd(request: () => Promise<unknown>): Promise<string> {
    let text = '';
    this.on('output', (event: DebugProtocol.OutputEvent) => {
      if (event.body.category === 'stdout') text += event.body.output;
    });
    const terminated = this.waitForEvent('terminated');
    await request();
    await terminated;
    return text;
  }
}
