/**
 * The packages as somebody has them who installed both: packed from this checkout, unpacked in a folder of its own, once for all
 * figures. Needs what packing needs: a checkout with esbuild and TypeScript.
 */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { inProject } from '../../images/build/paths.ts';
import { packCheckout, packGuests } from '../../specs/support/packed.ts';

export interface Installed {
  /** Folder of `nanvix-v86`. */
  readonly library: string;
  /** The command. */
  readonly command: string;
  /** What makes the command use the guests that were packed, and keep what it keeps in a folder. */
  environment(cache: string): Readonly<Record<string, string>>;
}

let installed: Promise<Installed> | undefined;

export const installedPackages = (): Promise<Installed> => (installed ??= install());

async function install(): Promise<Installed> {
  const folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-installed-'));
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  const [tarball, [guestsTarball]] = [await packCheckout(folder), await packGuests(join(folder, 'guests'))];
  const [library, guests] = ['nanvix-v86', 'nanvix-v86-guests'].map((name) => join(folder, name)) as [
    string,
    string,
  ];
  for (const [file, target] of [
    [tarball, library],
    [guestsTarball, guests],
  ] as const) {
    await mkdir(target);
    await execa('tar', ['-xzf', file, '-C', target, '--strip-components=1']);
  }
  symlinkSync(inProject('node_modules'), join(folder, 'node_modules'));
  return {
    library,
    command: join(library, 'harness', 'cli', 'nanvix-v86.cjs'),
    environment: (cache) => ({ NANVIX_V86_GUESTS: guests, NANVIX_V86_CACHE: cache }),
  };
}
