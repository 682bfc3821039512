import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DebugClient } from '@vscode/debugadapter-testsupport';
import { expect, it, onTestFinished } from 'vitest';
import { launchAttributes } from '../../harness/debug/dap/launch.ts';

const EXTENSION = fileURLToPath(new URL('../../harness/cli/vscode', import.meta.url));

interface Contribution {
  readonly type: string;
  readonly program: string;
  readonly configurationAttributes: {
    readonly launch: { readonly properties: Readonly<Record<string, unknown>> };
  };
}

function contribution(): Contribution {
  const manifest = JSON.parse(readFileSync(join(EXTENSION, 'package.json'), 'utf8')) as {
    contributes: { debuggers: [Contribution] };
  };
  return manifest.contributes.debuggers[0];
}

it('the extension offers every attribute that a launch takes, and no other', () => {
  const offered = Object.keys(contribution().configurationAttributes.launch.properties);
  expect(offered.sort()).toEqual(launchAttributes.filter((name) => name !== 'noDebug').sort());
});

it('what the extension starts is the adapter, also where its folder is a link', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-vscode-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const link = join(folder, 'extension');
  symlinkSync(EXTENSION, link);
  const { program, type } = contribution();
  const client = new DebugClient('node', join(link, program), type);
  client.defaultTimeout = 60_000;
  await client.start();
  onTestFinished(() => client.stop());
  const { body } = await client.initializeRequest();
  expect(body).toMatchObject({ supportsStepBack: true, supportsFunctionBreakpoints: true });
});
