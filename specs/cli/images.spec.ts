/** `nanvix-v86 images`. */
import { describe, expect, it } from 'vitest';
import { nanvix } from '../support/command.ts';

describe('images', () => {
  it('lists what is built with sizes and digests', async () => {
    const result = await nanvix(['images', 'list', '--json']);
    const listing = JSON.parse(result.stdout) as {
      name: string;
      status: string;
      file?: { sha256: string };
    }[];
    expect(listing.length).toBeGreaterThan(0);
    for (const { status, file } of listing.filter((image) => image.status !== 'missing')) {
      expect(['built', 'differs', 'given']).toContain(status);
      expect(file?.sha256).toMatch(/^[0-9a-f]{64}$/);
    }
  });

  it('builds nothing and shows no steps when all is there', async () => {
    const result = await nanvix(['images']);
    expect([result.status, result.stderr.replaceAll(/^.*"level":40.*$\n/gm, '')]).toEqual([0, '']);
  });
});
