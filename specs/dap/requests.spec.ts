/** What an editor asks for that cannot be: each is answered with an error of one line, and changes nothing. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { debuggedProgram } from '../debug/program.ts';
import { LAUNCHER } from '../support/command.ts';
import { Editor, THREAD } from './editor.ts';

/** Why a request was refused. */
async function refusal(editor: Editor, command: string, request: unknown): Promise<string> {
  return await editor.ask(command, request).then(
    () => 'it was answered',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

describe('a wrong request', () => {
  const wrong: readonly (readonly [string, unknown, RegExp])[] = [
    ['stackTrace', { threadId: 1, levels: -1 }, /stackTrace: levels: must be 0 or more/],
    ['stackTrace', { threadId: 1, startFrame: -1 }, /startFrame/],
    ['stackTrace', { threadId: 7 }, /no thread 7/],
    ['stackTrace', { startFrame: 0 }, /threadId/],
    ['stackTrace', undefined, /stackTrace: arguments/],
    ['scopes', { frameId: 4711 }, /no frame 4711/],
    ['scopes', { frameId: 'top' }, /frameId/],
    ['variables', { variablesReference: 4711 }, /no variables 4711/],
    ['variables', { variablesReference: 1, count: -1 }, /count/],
    ['setVariable', { variablesReference: 4711, name: 'eax', value: '1' }, /no variables 4711/],
    ['setVariable', { variablesReference: 4711, name: 'eax' }, /value/],
    ['readMemory', { memoryReference: 'counter', count: -1 }, /count: must be 0 or more/],
    ['readMemory', { memoryReference: 'counter', count: 1.5 }, /count: must be a whole number/],
    ['readMemory', { memoryReference: 'counter', count: 2 ** 40 }, /count: must be 16777216 or less/],
    ['readMemory', { memoryReference: 'counter', offset: -(2 ** 32), count: 1 }, /lead beyond/],
    ['readMemory', { memoryReference: '{_nothing}', count: 1 }, /"{_nothing}" is not understood/],
    ['writeMemory', { memoryReference: 'counter', data: '!!!!' }, /data: must be base64/],
    ['writeMemory', { memoryReference: 'counter', offset: 2 ** 32, data: 'AAAA' }, /lead beyond/],
    ['disassemble', { memoryReference: 'count', instructionCount: -1 }, /instructionCount/],
    ['disassemble', { memoryReference: 'count', instructionCount: 1e9 }, /instructionCount/],
    ['disassemble', { memoryReference: 'count', instructionOffset: 1e9, instructionCount: 1 }, /Offset/],
    ['dataBreakpointInfo', { name: 'counter', bytes: 0 }, /bytes/],
    ['dataBreakpointInfo', { name: 'nothing' }, /no symbol is named "nothing"/],
    ['setDataBreakpoints', { breakpoints: [{ dataId: '0x1:4', accessType: 'execute' }] }, /accessType/],
    ['setFunctionBreakpoints', { breakpoints: [{}] }, /breakpoints.0.name/],
    ['setInstructionBreakpoints', { breakpoints: 'count' }, /breakpoints/],
    ['setExceptionBreakpoints', { filters: 'fault' }, /filters/],
    ['setBreakpoints', { breakpoints: [] }, /source/],
    ['completions', { text: 'regis', column: 0 }, /column/],
    ['evaluate', { expression: 'count', context: 'watch', frameId: 4711 }, /no frame 4711/],
    ['evaluate', { context: 'repl' }, /expression/],
    ['continue', { threadId: 7 }, /no thread 7/],
    ['next', { granularity: 'line' }, /threadId/],
    ['configurationDone', undefined, /has been done already/],
    ['launch', { program: 'other' }, /has been launched already/],
    ['attach', {}, /nothing to attach to/],
    ['goto', { threadId: 1, targetId: 1 }, /goto is not supported/],
    ['source', { sourceReference: 1 }, /source is not supported/],
    ['toString', {}, /toString is not supported/],
  ];

  it('is refused in one line that says what is wrong, and the guest can still be used', async () => {
    const editor = await Editor.launch();
    const before = await editor.registers();
    for (const [command, request, reason] of wrong) {
      const said = await refusal(editor, command, request);
      expect(said, command).toMatch(reason);
      expect(said, command).not.toContain('\n');
    }
    expect(await editor.registers()).toEqual(before);
    expect(await editor.outputToEnd(() => editor.continueRequest(THREAD))).toContain('counter 10');
  });

  it('is refused before there is a guest', async () => {
    const editor = await Editor.begin();
    for (const command of ['configurationDone', 'threads', 'restart']) {
      expect(await refusal(editor, command, {})).toBe('no guest has been launched');
    }
    expect(await refusal(editor, 'launch', { program: 7 })).toMatch(/program/);
    expect(await refusal(editor, 'launch', {})).toMatch(/name a program/);
  });

  it('of a breakpoint is told with that breakpoint', async () => {
    const editor = await Editor.launch();
    const [counted, unknown, right] = await editor.breakAt(
      { name: 'count', hitCondition: '3' },
      'nothing',
      'count',
    );
    expect(counted).toMatchObject({ verified: false, message: 'hits are not counted: give a condition' });
    expect(unknown?.message).toContain('no symbol is named "nothing"');
    expect(right?.verified).toBe(true);
  });
});

interface Adapter {
  readonly ended: Promise<unknown[]>;
  readonly send: (command: string, request?: unknown) => void;
  /** Resolves when the adapter has said this. */
  readonly says: (text: string) => Promise<void>;
}

/** The adapter alone, with a pipe that is never closed. */
function adapter(): Adapter {
  const child = spawn(LAUNCHER, ['dap'], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill();
  });
  let seq = 0;
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  return {
    ended: once(child, 'exit'),
    send: (command, request) => {
      const text = JSON.stringify({ seq: ++seq, type: 'request', command, arguments: request });
      child.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
    },
    says: async (text) => {
      while (!said.includes(text)) await once(child.stdout, 'data');
    },
  };
}

it('an editor may leave out the format of paths, which is the native one then', async () => {
  const { send, says, ended } = adapter();
  send('initialize', { adapterID: 'nanvix-v86' });
  await says('"command":"initialize","success":true');
  send('disconnect');
  expect(await ended).toEqual([0, null]);
});

describe('the process ends when the editor disconnects', () => {
  it('before anything was launched', async () => {
    const { send, ended } = adapter();
    send('initialize', {});
    send('disconnect');
    expect(await ended).toEqual([0, null]);
  });

  it('while the guest is being made', async () => {
    const { send, ended } = adapter();
    send('initialize', {});
    send('launch', { program: 'python' });
    send('disconnect', { terminateDebuggee: true });
    expect(await ended).toEqual([0, null]);
  });

  it('in the middle of a run', async () => {
    const { send, says, ended } = adapter();
    send('initialize', {});
    send('launch', { program: await debuggedProgram(), stopOnEntry: true });
    await says('"event":"initialized"');
    send('configurationDone');
    send('continue', THREAD);
    send('disconnect');
    expect(await ended).toEqual([0, null]);
  });
});
