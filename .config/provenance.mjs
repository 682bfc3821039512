// Writes harness/dist/provenance.json: for each file of the package its digest, and where it comes from. Run by
// build-package.mjs, when all other files are there.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const MANIFEST = 'harness/dist/provenance.json';

/** @param {string} root */
export function writeProvenance(root) {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  writeFileSync(join(root, MANIFEST), '');
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    }),
  );
  const commit = git(root, ['rev-parse', 'HEAD']) ?? null;
  const committed = new Set((git(root, ['ls-files']) ?? '').split('\n'));
  const from = (name) =>
    name.startsWith('harness/dist/')
      ? 'made from the sources by .config/build-package.mjs'
      : commit === null || committed.has(name)
        ? 'source'
        : 'not committed';
  const files = Object.fromEntries(
    packed.files
      .map(({ path }) => path)
      .filter((path) => path !== MANIFEST)
      .sort()
      .map((path) => [path, { sha256: digestOf(join(root, path)), from: from(path) }]),
  );
  writeFileSync(join(root, MANIFEST), `${JSON.stringify({ version, commit, files }, undefined, 1)}\n`);
}

function digestOf(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function git(root, args) {
  try {
    return execFileSync('git', args, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}
