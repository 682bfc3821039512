/**
 * `npm run release:check`: what must hold before a release, one line for each check. Exit status 1 if any fails.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packCheckout } from '../support/packed.ts';
import { currentReports, ENTRY_POINTS, reportPath, type EntryPoint } from './api-report.ts';
import { provenanceProblems } from './provenance.ts';
import { apiChange, changelogHead, versionProblem, type ApiChange } from './version.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const git = (...args: readonly string[]): string => {
  try {
    return execFileSync('git', args, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
};
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const names = Object.keys(ENTRY_POINTS) as EntryPoint[];

function changelog(): string | undefined {
  const head = changelogHead(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'));
  if (head?.kind === 'released' && head.version === version) return undefined;
  return `CHANGELOG.md must begin with "## ${version} (YYYY-MM-DD)", the version of package.json and the day`;
}

function api(): string | undefined {
  const now = currentReports();
  const stale = names.filter(
    (name) => !existsSync(reportPath(name)) || readFileSync(reportPath(name), 'utf8') !== now[name],
  );
  return stale.length === 0
    ? undefined
    : `the API report is not of these sources: npm run api:record (${stale.join(', ')})`;
}

function semanticVersion(): string | undefined {
  const tag = git('describe', '--tags', '--abbrev=0', '--match', 'v[0-9]*');
  if (tag === '') return undefined;
  const changes = names.map((name): ApiChange => {
    const before = git('show', `${tag}:specs/release/api/${name}.d.ts`);
    return apiChange(before, readFileSync(reportPath(name), 'utf8').trim());
  });
  const change = changes.includes('changed') ? 'changed' : changes.includes('added') ? 'added' : 'none';
  return versionProblem(version, tag.slice(1), change);
}

async function files(): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'nanvix-v86-release-'));
  try {
    return (await provenanceProblems(await packCheckout(folder)))[0];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const checks: readonly (readonly [string, () => string | undefined | Promise<string | undefined>])[] = [
  [
    'the checkout has no changes',
    () => (git('status', '--porcelain') === '' ? undefined : 'commit or undo them'),
  ],
  ['the changelog is of this version', changelog],
  ['the API report is of these sources', api],
  ['the version fits what changed', semanticVersion],
  ['the manifest accounts for each file of the package', files],
];
let failed = false;
for (const [what, check] of checks) {
  const problem = await check();
  process.stdout.write(problem === undefined ? `ok: ${what}\n` : `FAILED: ${what}: ${problem}\n`);
  failed ||= problem !== undefined;
}
process.exitCode = failed ? 1 : 0;
