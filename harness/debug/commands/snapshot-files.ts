/** Snapshots in files, loaded when a command names one. In a page `snapshot-files.browser.ts` stands in for this. */
import type * as GuestFile from '../../snapshots/guest-file.ts';

export const snapshotFiles = (): Promise<typeof GuestFile> => import('../../snapshots/guest-file.ts');
