/**
 * The ramfs of a row of the study: the script, what Python needs of its library to start, and what the row puts beside.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createRamfs, ensureStdlib } from '../../images/index.ts';
import type { Images } from '../../images/index.ts';
import { projectRoot } from '../../images/build/paths.ts';
import type { StudyRow } from './row.ts';

const LIBRARY = 'lib/python3.11';
/** What `site` imports of the library when Python starts without -S; the rest is frozen into every Python. */
const SITE_MODULES = /^(_sitebuiltins|sitecustomize|usercustomize)/;

/** Files of the library below `encodings`, and with `site` those that it imports, by their path in the volume. */
function libraryFiles(stdlib: string, wanted: (path: string) => boolean): Map<string, Uint8Array> {
  const root = join(stdlib, LIBRARY);
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => wanted(path.slice(root.length + 1)))
    .sort();
  return new Map(paths.map((path) => [path.slice(stdlib.length), readFileSync(path)]));
}

function wantedFiles(row: StudyRow): (path: string) => boolean {
  const byteCode = row.build.encodings === 'pyc';
  return (path) => {
    const compiled = path.endsWith('.pyc');
    if (path.startsWith('encodings/')) return row.build.encodings !== 'frozen' && (byteCode || !compiled);
    if (row.run.library === 'whole') return byteCode || !compiled;
    return row.run.site && !compiled && SITE_MODULES.test(path);
  };
}

/** Writes the volume. The same row and images give the same bytes. */
export async function studyVolume(row: StudyRow, images: Images): Promise<Uint8Array> {
  const script = readFileSync(join(projectRoot, 'images/programs/test_hello.py'));
  const files = libraryFiles(await ensureStdlib(), wantedFiles(row));
  files.set('/test_hello.py', script);
  if (row.run.hostBinaries) {
    for (const { path } of [images.kernel[256], images.python.elf]) {
      files.set(`/bin/${basename(path)}`, readFileSync(path));
    }
  }
  return createRamfs(files);
}
