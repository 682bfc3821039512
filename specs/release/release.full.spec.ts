/** What a release must have, held against the sources as they are. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packCheckout } from '../support/packed.ts';
import { currentReports, reportPath, type EntryPoint } from './api-report.ts';
import { provenanceProblems } from './provenance.ts';

describe('the API report', () => {
  let reports: Readonly<Record<EntryPoint, string>>;
  beforeAll(() => {
    reports = currentReports();
  });

  it.each(['nanvix-v86', 'vitest'] as const)('of %s is of these sources: else npm run api:record', (name) => {
    expect(readFileSync(reportPath(name), 'utf8')).toBe(reports[name]);
  });
});

describe('the package', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nanvix-v86-release-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('has a manifest that accounts for each of its files', async () => {
    expect(await provenanceProblems(await packCheckout(folder))).toEqual([]);
  });
});
