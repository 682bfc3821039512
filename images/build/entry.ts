/**
 * A step's place in the cache: `<cache>/images/<step>-<key>/` with manifest.json, files.json and files/.
 * Must hold: the folder appears at once and whole, by rename; whoever finds it may use it.
 */
import { chmodSync, existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Store } from '../store/store.ts';
import { syncFile, syncFolder } from '../system/durable.ts';
import { makeFolder } from '../system/folders.ts';
import type { DigestMemo } from './digest-memo.ts';
import { sha256 } from './digest-memo.ts';
import type { BuiltStep, Manifest, ResultFile } from './step.ts';

/** Digits of the key in a folder's name; the manifest has all of them. */
const KEY_DIGITS = 24;
/** Up to this many results are forced to disk one by one; larger trees are checked by size when they are used. */
const SYNCED_FILES = 64;

export function entryFolder(cacheRoot: string, step: string, key: string): string {
  return path.join(cacheRoot, 'images', `${step}-${key.slice(0, KEY_DIGITS)}`);
}

/** The built step of this key, or undefined. */
export function readEntry(cacheRoot: string, step: string, key: string): BuiltStep | undefined {
  const folder = entryFolder(cacheRoot, step, key);
  let text: string;
  try {
    text = readFileSync(path.join(folder, 'manifest.json'), 'utf8');
  } catch {
    return undefined;
  }
  try {
    const manifest = JSON.parse(text) as Manifest;
    // Its time says when the entry was last used.
    Store.touch(path.join(folder, 'manifest.json'));
    return manifest.key === key ? { files: path.join(folder, 'files'), manifest } : undefined;
  } catch {
    return undefined;
  }
}

/** The results of a built step, as its manifest's neighbour lists them. */
export function resultFiles(built: BuiltStep): readonly ResultFile[] {
  return JSON.parse(readFileSync(path.join(built.files, '..', 'files.json'), 'utf8')) as ResultFile[];
}

/** Whether all results are still what they were: by digest where they are few, by size where they are many. */
export function isIntact(built: BuiltStep, memo: DigestMemo): boolean {
  const byDigest = built.manifest.fileCount <= SYNCED_FILES;
  try {
    return resultFiles(built).every((file) => {
      const absolute = path.join(built.files, file.path);
      const stat = lstatSync(absolute);
      if (stat.isSymbolicLink()) return true;
      return stat.size === file.bytes && (!byDigest || memo.digestOf(absolute) === file.sha256);
    });
  } catch {
    return false;
  }
}

interface Listed extends ResultFile {
  readonly mode: string;
}

function listResults(root: string): Listed[] {
  const listed: Listed[] = [];
  const walk = (inside: string): void => {
    for (const name of readdirSync(path.join(root, inside)).sort()) {
      const relative = inside === '' ? name : `${inside}/${name}`;
      const absolute = path.join(root, relative);
      const stat = lstatSync(absolute);
      if (stat.isDirectory()) walk(relative);
      else if (stat.isSymbolicLink()) {
        const target = readlinkSync(absolute);
        listed.push({ path: relative, bytes: target.length, sha256: sha256(target), mode: 'link' });
      } else {
        const mode = (stat.mode & 0o111) === 0 ? 'file' : 'program';
        listed.push({ path: relative, bytes: stat.size, sha256: sha256(readFileSync(absolute)), mode });
      }
    }
  };
  walk('');
  return listed;
}

/**
 * Turns `<folder>/files` into the entry of a step: writes the lists beside it, forces them to disk, and renames the
 * folder. If another process was faster, its entry stands (the results are equal) and this one is removed.
 */
export function publish(
  cacheRoot: string,
  folder: string,
  {
    identity,
    ...head
  }: Omit<Manifest, 'digest' | 'identity' | 'fileCount' | 'format'> & {
    /** Undefined where the step counts by its results. */
    readonly identity: string | undefined;
  },
): BuiltStep {
  const files = path.join(folder, 'files');
  const listed = listResults(files);
  const digest = sha256(JSON.stringify(listed.map((file) => [file.path, file.mode, file.sha256])));
  const manifest: Manifest = {
    format: 2,
    ...head,
    digest,
    identity: identity ?? digest,
    fileCount: listed.length,
  };
  const lists = listed.map(({ path: name, bytes, sha256: sum }): ResultFile => ({
    path: name,
    bytes,
    sha256: sum,
  }));
  writeFileSync(path.join(folder, 'files.json'), JSON.stringify(lists));
  writeFileSync(path.join(folder, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  if (listed.length <= SYNCED_FILES) {
    for (const file of listed) {
      const absolute = path.join(files, file.path);
      if (file.mode === 'link') continue;
      syncFile(absolute);
      // Many processes read these; a stray write to one would be a puzzle for all.
      chmodSync(absolute, file.mode === 'program' ? 0o555 : 0o444);
    }
  }
  for (const name of ['files.json', 'manifest.json']) syncFile(path.join(folder, name));
  syncFolder(folder);
  const target = entryFolder(cacheRoot, head.step, head.key);
  makeFolder(path.dirname(target), 0o700);
  try {
    renameSync(folder, target);
  } catch (error) {
    if (!existsSync(path.join(target, 'manifest.json'))) throw error;
    rmSync(folder, { recursive: true, force: true });
    const theirs = readEntry(cacheRoot, head.step, head.key);
    if (theirs === undefined) throw error;
    return theirs;
  }
  syncFolder(path.dirname(target));
  return { files: path.join(target, 'files'), manifest };
}

/** The absolute path, size and digest of one result. */
export function resultOf(built: BuiltStep, name: string): ResultFile {
  const file = resultFiles(built).find((candidate) => candidate.path === name);
  if (file === undefined) throw new Error(`${built.manifest.step} has no result named ${name}`);
  return { ...file, path: built.elsewhere?.[name] ?? path.join(built.files, name) };
}
