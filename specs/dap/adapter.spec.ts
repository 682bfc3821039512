import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { compileC } from '../support/programs.ts';
import { Editor, THREAD } from './editor.ts';

describe('launching', () => {
  it('stops at the first instruction', async () => {
    const editor = await Editor.launch();
    expect((await editor.registers())['eax']).toBe('0xc00ffee');
  });

  it('runs at once if told to, with arguments and environment, and says how the guest ended', async () => {
    const editor = await Editor.launch({ args: ['one', 'two'], env: { HOME: '/' } });
    const ended = editor.waitForEvent('exited');
    expect(await editor.outputToEnd(() => editor.continueRequest(THREAD))).toBe(
      'counter 10, big yes\nread 3\n',
    );
    expect(((await ended) as DebugProtocol.ExitedEvent).body.exitCode).toBe(7);
  });

  it.each([
    [{}, 'name a program'],
    [{ program: '/no/such/program' }, '/no/such/program'],
    [{ program: 5 }, 'program'],
    [{ program: 'python', args: 'not a list' }, 'args'],
    [{ program: 'python', memoryMiB: 100 }, 'MiB'],
    [{ snapshot: '/no/such/snapshot' }, '/no/such/snapshot'],
  ])('%j is refused with what is wrong', async (options, named) => {
    const editor = await Editor.begin();
    await expect(editor.launchRequest(options as never)).rejects.toThrow(named);
  });

  it('requests before the launch are refused, and do no harm', async () => {
    const editor = await Editor.begin();
    await expect(editor.continueRequest(THREAD)).rejects.toThrow('no guest has been launched');
    await expect(editor.scopesRequest({ frameId: 1 })).rejects.toThrow('no guest');
    await expect(editor.attachRequest({})).rejects.toThrow('nothing to attach to');
  });
});

describe('stopping', () => {
  it('at functions and kernel calls, on conditions, with the breakpoint named', async () => {
    const editor = await Editor.launch();
    const points = await editor.breakAt(
      { name: 'count', condition: '*counter = 4' },
      { name: 'call:mmap', condition: 'pages >= 256' },
      'return:gettime',
      'no_such_function',
    );
    expect(points.map(({ verified }) => verified)).toEqual([true, true, true, false]);
    expect(points[3]?.message).toContain('no_such_function');
    const reasons: (string | undefined)[] = [];
    for (let i = 0; i < 3; i++) {
      const stopped = await editor.stops(() => editor.continueRequest(THREAD));
      reasons.push(`${stopped.reason} ${stopped.hitBreakpointIds?.join()}`);
    }
    expect(reasons[0]).toBe(`function breakpoint ${points[2]?.id}`);
    expect(reasons).toContain(`breakpoint ${points[0]?.id}`);
  });

  it('at an instruction, and no more when the list is set anew', async () => {
    const editor = await Editor.launch();
    const { breakpoints } = await editor.ask<{ breakpoints: DebugProtocol.Breakpoint[] }>(
      'setInstructionBreakpoints',
      { breakpoints: [{ instructionReference: 'count', offset: 0 }, { instructionReference: 'nothing' }] },
    );
    expect(breakpoints.map(({ verified }) => verified)).toEqual([true, false]);
    const stopped = await editor.stops(() => editor.continueRequest(THREAD));
    expect(stopped.text).toContain('<count>');
    await editor.ask('setInstructionBreakpoints', { breakpoints: [] });
    const output = await editor.outputToEnd(() => editor.continueRequest(THREAD));
    expect(output).toContain('counter 10');
  });

  it('behind a write to memory, on a condition', async () => {
    const editor = await Editor.launch();
    const { body: info } = await editor.dataBreakpointInfoRequest({ name: 'counter' });
    await editor.setDataBreakpointsRequest({
      breakpoints: [{ dataId: info.dataId ?? '', accessType: 'write', condition: '*counter = 3' }],
    });
    const stopped = await editor.stops(() => editor.continueRequest(THREAD));
    expect(stopped).toMatchObject({ reason: 'data breakpoint' });
    expect(stopped.text).toContain('02000000 -> 03000000');
  });

  it('at reads and at writes of one variable, and a list without one of them leaves the other', async () => {
    const editor = await Editor.launch();
    const { body: info } = await editor.dataBreakpointInfoRequest({ name: 'counter' });
    const dataId = info.dataId ?? '';
    const both = await editor.setDataBreakpointsRequest({
      breakpoints: [
        { dataId, accessType: 'write', condition: '*counter = 10' },
        { dataId, accessType: 'readWrite', condition: '*counter = 10' },
      ],
    });
    const { hitBreakpointIds } = await editor.stops(() => editor.continueRequest(THREAD));
    expect(hitBreakpointIds).toEqual(both.body.breakpoints.map(({ id }) => id));
    await editor.setDataBreakpointsRequest({ breakpoints: [{ dataId, accessType: 'read' }] });
    const { text } = await editor.stops(() => editor.continueRequest(THREAD));
    expect(text).toContain('read');
  });

  it('at faults of the processor', async () => {
    const program = await compileC('faulting', 'int main(void) { *(volatile int *)16 = 3; return 0; }');
    const editor = await Editor.launch({ program }, (starting) =>
      starting.setExceptionBreakpointsRequest({ filters: ['fault'] }),
    );
    let text: string | undefined = '';
    // The pages of the stack come by faults too.
    for (let i = 0; i < 20 && text?.includes('0x10 ') !== true; i++) {
      const stopped = await editor.stops(() => editor.continueRequest(THREAD));
      expect(stopped.reason).toBe('exception');
      ({ text } = stopped);
    }
    expect(text).toMatch(/page fault at 0x[0-9a-f]+ in ring 3, writing 0x10 \(not allowed\)/);
  });

  it('at a breakpoint that is set while the guest runs, and where it is paused', async () => {
    const program = await compileC(
      'running',
      'int n; __attribute__((noinline)) void tick(void) { n++; } int main(void) { for (;;) tick(); }',
    );
    const editor = await Editor.launch({ program, stopOnEntry: false });
    const stopped = await editor.stops(() => editor.breakAt('tick'));
    expect(stopped).toMatchObject({ reason: 'breakpoint' });
    await editor.breakAt();
    await editor.continueRequest(THREAD);
    await expect(editor.stepInRequest(THREAD)).rejects.toThrow('the guest runs: pause it first');
    expect((await editor.stops(() => editor.pauseRequest(THREAD))).reason).toBe('pause');
    expect((await editor.registers())['eip']).toBeDefined();
  });
});

describe('moving', () => {
  it('steps in, over, out, and back again', async () => {
    const editor = await Editor.launch({}, (starting) => starting.breakAt('count'));
    await editor.stops(() => editor.continueRequest(THREAD));
    const { eip } = await editor.registers();
    await editor.stops(() => editor.stepInRequest(THREAD));
    expect((await editor.registers())['eip']).not.toBe(eip);
    await editor.stops(() => editor.stepBackRequest(THREAD));
    expect((await editor.registers())['eip']).toBe(eip);
    await editor.stops(() => editor.stepOutRequest(THREAD));
    expect((await editor.registers())['eip']).toContain('<main');
    await editor.stops(() => editor.nextRequest(THREAD));
    await editor.breakAt();
    const start = await editor.stops(() => editor.reverseContinueRequest(THREAD));
    expect(start.text).toContain('start of history');
  });

  it('a step out of the outermost function says that it cannot, and the guest stands', async () => {
    const editor = await Editor.launch();
    const output = editor.waitForEvent('output');
    await editor.stops(() => editor.stepOutRequest(THREAD));
    expect(((await output) as DebugProtocol.OutputEvent).body.output).toContain('no caller');
  });

  it('stays at the end when asked to, and goes back from there', async () => {
    const editor = await Editor.launch({ stopAtEnd: true });
    const ended = await editor.stops(() => editor.continueRequest(THREAD));
    expect(ended.text).toContain('ended with status 7');
    await editor.breakAt('count');
    const back = await editor.stops(() => editor.reverseContinueRequest(THREAD));
    expect(back.text).toContain('<count>');
    const restarted = await editor.stops(() => editor.restartRequest({}));
    expect(restarted.reason).toBe('entry');
  });
});

describe('looking and changing', () => {
  it('shows the arguments of a call, and changes one', async () => {
    const editor = await Editor.launch({}, (starting) => starting.breakAt('call:gettime'));
    await editor.stops(() => editor.continueRequest(THREAD));
    const { reference, values } = await editor.scope('Kernel call gettime');
    expect(values['time']).toMatch(/^0x[0-9a-f]+/);
    await editor.setVariableRequest({ variablesReference: reference, name: 'time', value: '0x10' });
    await editor.breakAt('return:gettime');
    const stopped = await editor.stops(() => editor.continueRequest(THREAD));
    expect(stopped.text).toMatch(/gettime = -\d+ E/);
  });

  it('shows registers, the stack, threads and open files, and changes a register', async () => {
    const editor = await Editor.launch({}, (starting) => starting.breakAt('count'));
    await editor.stops(() => editor.continueRequest(THREAD));
    const { body: stack } = await editor.stackTraceRequest(THREAD);
    expect(stack.stackFrames.map(({ name }) => name.split('+')[0])).toEqual(
      expect.arrayContaining(['count', 'main']),
    );
    const { body: threads } = await editor.threadsRequest();
    expect(threads.threads).toEqual([{ id: 1, name: 'Thread 1 (running)' }]);
    expect((await editor.scope('Open files')).values['0']).toContain('stdin');
    expect((await editor.scope('Segments')).values['mxcsr']).toBe('0x00001f80');
    const { reference } = await editor.scope('Registers');
    const { body } = await editor.setVariableRequest({
      variablesReference: reference,
      name: 'eax',
      value: 'count+2',
    });
    expect((await editor.registers())['eax']).toContain(body.value);
    await expect(
      editor.setVariableRequest({ variablesReference: reference, name: 'eax', value: 'nonsense' }),
    ).rejects.toThrow('nonsense');
  });

  it('reads and writes memory, and says what is not mapped', async () => {
    const editor = await Editor.launch({}, (starting) => starting.breakAt('count'));
    await editor.stops(() => editor.continueRequest(THREAD));
    const data = Buffer.from([42, 0, 0, 0]).toString('base64');
    await editor.ask('writeMemory', { memoryReference: 'counter', data });
    expect(await editor.ask('readMemory', { memoryReference: 'counter', count: 4 })).toMatchObject({ data });
    expect(await editor.ask('readMemory', { memoryReference: '0xf0000000', count: 16 })).toMatchObject({
      data: '',
      unreadableBytes: 16,
    });
    await expect(editor.ask('writeMemory', { memoryReference: '0xf0000000', data })).rejects.toThrow(
      'not all mapped',
    );
  });

  it('disassembles around an address, with as many lines as are asked for', async () => {
    const editor = await Editor.launch({}, (starting) => starting.breakAt('count'));
    await editor.stops(() => editor.continueRequest(THREAD));
    const { body } = await editor.disassembleRequest({
      memoryReference: 'count',
      instructionOffset: -4,
      instructionCount: 8,
    });
    const instructions = body?.instructions ?? [];
    expect(instructions).toHaveLength(8);
    expect(instructions[4]).toMatchObject({ symbol: 'count' });
    const { body: nowhere } = await editor.disassembleRequest({
      memoryReference: '0xf0000000',
      instructionCount: 3,
    });
    expect(nowhere?.instructions.map(({ instruction }) => instruction)).toEqual([
      '(no code)',
      '(no code)',
      '(no code)',
    ]);
  });

  it("the debug console takes the debugger's commands, and the editor learns where the guest was moved", async () => {
    const editor = await Editor.launch();
    expect(await editor.console('help')).toContain('lastwrite');
    expect(await editor.console('nonsense')).toContain('error: nonsense is no command');
    const stopped = await editor.stops(() => editor.console('call gettime'));
    expect(stopped.text).toContain('call gettime(');
    const { body } = await editor.evaluateRequest({ expression: 'count+1', context: 'watch' });
    expect(body.result).toContain('<count+0x1>');
    const { body: completions } = await editor.completionsRequest({ text: 'regis', column: 6 });
    expect(completions.targets).toContainEqual({ label: 'registers', length: 5 });
  });

  it('a snapshot saved at the console is launched again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-dap-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    const snapshot = join(folder, 'snapshot');
    const editor = await Editor.launch();
    await editor.stops(() => editor.console('call gettime'));
    expect(await editor.console(`snapshot save ${snapshot}`)).toContain('bytes');
    const again = await Editor.launch({ snapshot });
    expect((await again.scope('Kernel call gettime')).values['time']).toMatch(/^0x/);
  });
});

it('ends when the editor terminates or disconnects, in the middle of a run too', async () => {
  const editor = await Editor.launch();
  await editor.continueRequest(THREAD);
  await editor.leave();
  const other = await Editor.launch();
  const terminated = other.waitForEvent('terminated');
  await other.terminateRequest();
  await terminated;
  await expect(other.continueRequest(THREAD)).rejects.toThrow('no guest has been launched');
});
