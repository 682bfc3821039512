/**
 * What every part of the debug adapter stands on: the guest that was launched, and how a request is answered.
 *
 * What must hold: a wrong request is answered with its error and changes nothing.
 */
import { DebugSession as ProtocolSession, Response } from '@vscode/debugadapter';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { GuestStateError } from '../../guest/errors.ts';
import type { CommandInterpreter } from '../commands/interpreter.ts';
import type { DebugSession } from '../index.ts';
import type { EditorBreakpoints } from './breakpoints.ts';
import type { LaunchOptions } from './launch.ts';
import { problemOf } from './requests.ts';
import { Runner } from './runner.ts';

const REQUEST_FAILED = 1;

/** An error as an editor shows it, in one line. */
export const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).trim().replaceAll(/\s*\n\s*/g, ' ');

/** A launched guest, with what the adapter keeps about it. */
export interface Launched {
  readonly options: LaunchOptions;
  readonly session: DebugSession;
  readonly interpreter: CommandInterpreter;
  readonly breakpoints: EditorBreakpoints;
  /** The editor has set what it wants to stop at, and the guest has been let go. */
  configured: boolean;
}

export abstract class GuestAdapter extends ProtocolSession {
  protected launched: Launched | undefined;
  protected readonly runner = new Runner(() => {
    this.forget();
  });

  /** The guest has run: what was said of it counts no more. */
  protected abstract forget(): void;

  /** A request that is not as it should be changes nothing. */
  protected override dispatchRequest(request: DebugProtocol.Request): void {
    // The protocol's default, which the library takes for another format.
    if (request.command === 'initialize')
      request.arguments = {
        pathFormat: 'path',
        ...(request.arguments as DebugProtocol.InitializeRequestArguments),
      };
    const problem = problemOf(request);
    if (problem === undefined) super.dispatchRequest(request);
    else this.refuse(new Response(request), problem);
  }

  protected current(): Launched {
    if (this.launched === undefined) throw new GuestStateError('no guest has been launched');
    return this.launched;
  }

  protected standing(): Launched {
    if (this.runner.runs) throw new GuestStateError('the guest runs: pause it first');
    return this.current();
  }

  /** Sends an answer, or the error that comes of making it. True for an answer. */
  protected answer(response: DebugProtocol.Response, make: () => unknown): boolean {
    try {
      make();
      this.sendResponse(response);
      return true;
    } catch (error) {
      this.refuse(response, messageOf(error));
      return false;
    }
  }

  /** What stands in braces in the reason must not be taken for the name of something. */
  protected refuse(response: DebugProtocol.Response, reason: string): void {
    this.sendErrorResponse(response, REQUEST_FAILED, '{_reason}', { _reason: reason });
  }

  protected async answerLater(response: DebugProtocol.Response, make: () => Promise<void>): Promise<boolean> {
    try {
      await make();
      this.sendResponse(response);
      return true;
    } catch (error) {
      this.refuse(response, messageOf(error));
      return false;
    }
  }
}
