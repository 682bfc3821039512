/**
 * Tests of guests with vitest: `import { guestTest, expect } from 'nanvix-v86/vitest'`.
 *
 * {@link guestTest} makes a `test` whose fixtures are booted, restored or forked guests; `expect` has the matchers of
 * {@link GuestMatchers}; {@link cachedSnapshot} lets a suite boot cold once. Importing this file adds the matchers.
 */
import { expect } from 'vitest';
import { guestMatchers, type GuestMatchers } from './matchers.ts';

expect.extend(guestMatchers);

declare module 'vitest' {
  // The parameter must be there for the declarations to merge.
  // eslint-disable-next-line @typescript-eslint/no-unused-vars, @typescript-eslint/no-explicit-any, @typescript-eslint/no-empty-object-type
  interface Matchers<T = any> extends GuestMatchers<void> {}
}

export { guestTest, type GuestFixtures, type GuestTestOptions } from './fixtures.ts';
export { guestMatchers, type GuestMatchers, type RunLike } from './matchers.ts';
export { cachedSnapshot, type CachedSnapshot, type SnapshotPoint } from '../snapshots/snapshot-cache.ts';
export { expect };
