/** The package as `npm pack` makes it, for specs that use it from outside. */
import { cp, mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** What a pack needs of the checkout. Packing makes harness/dist anew, which other specs are using: so it is done in a copy. */
const PACKED = ['harness', 'emulator', 'images', 'vendor', '.config', 'package.json', 'tsconfig.json'];
const LEFT_OUT = ['harness/dist', 'vendor/sources', 'vendor/cache'].map((name) => join(root, name));

/** A copy of the checkout in a folder of its own, with the same node_modules. */
export async function copyCheckout(target: string): Promise<void> {
  await mkdir(target, { recursive: true });
  for (const name of [...PACKED, 'LICENSE', 'THIRD-PARTY-NOTICES.md']) {
    await cp(join(root, name), join(target, name), {
      recursive: true,
      filter: (path) => !LEFT_OUT.includes(path),
    });
  }
  await symlink(join(root, 'node_modules'), join(target, 'node_modules'));
}

/** Packs the checkout into a folder. @returns The tarball. */
export async function packCheckout(folder: string): Promise<string> {
  const checkout = join(folder, 'checkout');
  await copyCheckout(checkout);
  await execa('npm', ['pack', '--pack-destination', folder], { cwd: checkout });
  const tarball = (await readdir(folder)).find((name) => /^nanvix-v86-\d.*\.tgz$/.test(name)) ?? '';
  return join(folder, tarball);
}

/** Packs the guests built from the checkout into a folder. @returns The tarballs: guests, and their debug information. */
export async function packGuests(
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<[guests: string, debug: string]> {
  await mkdir(folder, { recursive: true });
  const { stdout } = await execa(
    process.execPath,
    [
      '--import',
      join(root, 'node_modules', 'tsx', 'dist', 'loader.mjs'),
      join(root, 'images/prebuilt/pack.ts'),
    ],
    { cwd: folder, env: environment },
  );
  return stdout.split('\n') as [string, string];
}
