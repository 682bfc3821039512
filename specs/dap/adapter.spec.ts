import { fileURLToPath } from 'node:url';
import { DebugClient } from '@vscode/debugadapter-testsupport';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { expect, onTestFinished, test } from 'vitest';
import { debuggedProgram } from '../debug/program.ts';

const COMMAND = fileURLToPath(new URL('../../harness/cli/nanvix-v86.mjs', import.meta.url));
const THREAD = { threadId: 1 };

/** An editor that has launched the program and set these function breakpoints. */
async function launch(...names: string[]): Promise<DebugClient> {
  const client = new DebugClient(COMMAND, 'dap', 'nanvix-v86');
  client.defaultTimeout = 100_000;
  await client.start();
  onTestFinished(() => client.stop());
  const initialized = client.waitForEvent('initialized');
  await client.initializeRequest();
  await client.launchRequest({ program: await debuggedProgram(), memoryMiB: 128, stdin: 'hi\n' } as never);
  await initialized;
  const { body } = await client.setFunctionBreakpointsRequest({
    breakpoints: names.map((name) => ({ name })),
  });
  expect(body.breakpoints.every(({ verified }) => verified)).toBe(true);
  const entry = client.waitForEvent('stopped');
  await client.configurationDoneRequest();
  await entry;
  return client;
}

async function nextStop(client: DebugClient): Promise<DebugProtocol.StoppedEvent['body']> {
  const event = (await client.waitForEvent('stopped')) as DebugProtocol.StoppedEvent;
  return event.body;
}

test('an editor stops at calls and functions, sees arguments, and goes back', async () => {
  const client = await launch('count', 'call:mmap');
  let stopped = nextStop(client);
  await client.continueRequest(THREAD);
  expect((await stopped).reason).toMatch(/breakpoint/);

  stopped = nextStop(client);
  await client.stepInRequest(THREAD);
  expect((await stopped).reason).toBe('step');

  stopped = nextStop(client);
  await client.stepBackRequest(THREAD);
  expect((await stopped).reason).toBe('step');

  stopped = nextStop(client);
  await client.reverseContinueRequest(THREAD);
  expect((await stopped).text).toContain('start of history');

  const { body: stack } = await client.stackTraceRequest(THREAD);
  expect(stack.stackFrames.length).toBeGreaterThan(0);
  const { body: scopes } = await client.scopesRequest({ frameId: 0 });
  const registers = scopes.scopes.find(({ name }) => name === 'Registers');
  const { body } = await client.variablesRequest({ variablesReference: registers?.variablesReference ?? 0 });
  expect(body.variables.find(({ name }) => name === 'eax')?.value).toBe('0xc00ffee');
});
