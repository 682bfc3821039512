/**
 * The files of a volume as a tree: from a map of paths, or from a folder of the host. Reads the host's files,
 * writes none. Must hold: the tree of equal files is equal, whatever order they were named in.
 */
import { lstatSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { RamfsError } from './errors.ts';
import { checkName, foldName } from './names.ts';

/** Content by path inside the volume. Paths use `/`; a leading one may be left out. A path that ends with `/` is an empty folder. */
export type RamfsFiles = ReadonlyMap<string, Uint8Array> | Readonly<Record<string, Uint8Array | string>>;

export interface FileNode {
  readonly kind: 'file';
  readonly name: string;
  readonly content: Uint8Array;
}

export interface FolderNode {
  readonly kind: 'folder';
  readonly name: string;
  /** Sorted by name. */
  readonly children: readonly (FileNode | FolderNode)[];
}

interface OpenFolder {
  readonly files: Map<string, Uint8Array>;
  readonly folders: Map<string, OpenFolder>;
  /** Folded names in use, to their spelling. */
  readonly spelling: Map<string, string>;
}

function openFolder(): OpenFolder {
  return { files: new Map(), folders: new Map(), spelling: new Map() };
}

function claim(folder: OpenFolder, name: string, path: string): void {
  checkName(name, path);
  const folded = foldName(name);
  const other = folder.spelling.get(folded);
  if (other !== undefined && other !== name) {
    const message = `${JSON.stringify(path)}: FAT can't tell the name from ${JSON.stringify(other)}; rename one of them`;
    throw new RamfsError('duplicate-name', message);
  }
  folder.spelling.set(folded, name);
}

/** The tree of a map of paths. Strings become UTF-8. */
export function treeOf(files: RamfsFiles): FolderNode {
  const root = openFolder();
  const entries: Iterable<[string, Uint8Array | string]> =
    files instanceof Map
      ? (files as ReadonlyMap<string, Uint8Array>)
      : Object.entries(files as Readonly<Record<string, Uint8Array | string>>);
  for (const [path, content] of entries) {
    const parts = path.replace(/^\/+/, '').split('/');
    const name = parts.pop() ?? '';
    let folder = root;
    for (const part of parts) {
      claim(folder, part, path);
      if (folder.files.has(part)) throw isBoth(path, part);
      let next = folder.folders.get(part);
      if (next === undefined) folder.folders.set(part, (next = openFolder()));
      folder = next;
    }
    if (name === '' && parts.length > 0) continue;
    claim(folder, name, path);
    if (folder.folders.has(name) || folder.files.has(name)) throw isBoth(path, name);
    folder.files.set(name, typeof content === 'string' ? new TextEncoder().encode(content) : content);
  }
  return close('', root);
}

function isBoth(path: string, name: string): RamfsError {
  return new RamfsError('duplicate-name', `${JSON.stringify(path)}: ${JSON.stringify(name)} is named twice`);
}

function close(name: string, folder: OpenFolder): FolderNode {
  const children = [
    ...[...folder.files].map(([child, content]): FileNode => ({ kind: 'file', name: child, content })),
    ...[...folder.folders].map(([child, open]) => close(child, open)),
  ];
  // By code unit, not by locale: the same everywhere.
  children.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return { kind: 'folder', name, children };
}

/**
 * The files below a folder of the host, by path, in the form that `createRamfs` takes.
 *
 * @param special What becomes of what is neither file nor folder. By default it is refused, and symbolic links are followed; `skip`
 *   leaves out both.
 * @throws RamfsError `unreadable` for what is refused, can't be read, or is a folder inside itself.
 */
export function readFolder(folder: string, special: 'refuse' | 'skip' = 'refuse'): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const walk = (host: string, inside: string, above: readonly string[]): void => {
    const real = realpathSync(host);
    if (above.includes(real))
      throw new RamfsError('unreadable', `${host}: the link leads back to a folder that holds it`);
    const names = readdirSync(host);
    if (names.length === 0 && inside !== '') files.set(`${inside}/`, new Uint8Array());
    for (const name of names) {
      const path = join(host, name);
      const stat = special === 'skip' ? lstatSync(path) : statSync(path);
      if (stat.isDirectory()) walk(path, `${inside}/${name}`, [...above, real]);
      else if (stat.isFile()) files.set(`${inside}/${name}`, readFileSync(path));
      else if (special === 'refuse')
        throw new RamfsError('unreadable', `${path}: neither a file nor a folder; leave it out`);
    }
  };
  try {
    walk(folder, '', []);
  } catch (error) {
    if (error instanceof RamfsError) throw error;
    const path = (error as NodeJS.ErrnoException).path ?? folder;
    throw new RamfsError(
      'unreadable',
      `${path}: can't be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`,
    );
  }
  return files;
}
