/**
 * Leaves a failed test's run as a page that runs it again (harness/replay), attached to the test by vitest's own artifacts: its
 * reports and the folder of attachments, which CI uploads, carry it.
 *
 * What must hold: whatever goes wrong here is only told; the test has failed of something else.
 */
import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { recordArtifact, type TestArtifactBase, type TestContext } from 'vitest';
import type { Guest } from '../guest/guest.ts';
import type { RunStart } from '../replay/index.ts';
import { makeFolder } from '../../images/system/folders.ts';

declare module 'vitest' {
  interface TestArtifactRegistry {
    'nanvix-v86:replay': ReplayArtifact;
  }
}

/** What a report of vitest's finds among a failed test's artifacts. */
export interface ReplayArtifact extends TestArtifactBase {
  readonly type: 'nanvix-v86:replay';
  /** What the test calls its guest. */
  readonly fixture: string;
}

/** @returns A line for people. */
export async function leaveReplay(
  guest: Guest,
  task: TestContext['task'],
  from: RunStart,
  { fixture, path }: { readonly fixture: string; readonly path: string },
): Promise<string> {
  try {
    const { recordRun, renderReplay } = await import('../replay/index.ts');
    const run = recordRun(guest, from, { title: `${task.name} (${fixture})`, end: 'the test failed here' });
    makeFolder(dirname(path));
    await writeFile(path, await renderReplay(run));
    await recordArtifact(task, {
      type: 'nanvix-v86:replay',
      fixture,
      attachments: [{ path, contentType: 'text/html' }],
    });
    return `left in ${path}: open it in a browser to step through the run`;
  } catch (error) {
    return `no replay was left: ${error instanceof Error ? error.message : String(error)}`;
  }
}
