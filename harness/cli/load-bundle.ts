/**
 * Loads the bundle as CommonJS with V8's code cache, which the store keeps. The code is kept when the first process that
 * had none ends, because then it holds the functions that were really used; what does not fit V8's version or flags is refused
 * by V8 and made anew. Where nothing can be kept it all works, only slower.
 *
 * What must hold: V8 compares no more of a source than its length, so code is only ever found under the digest of the very
 * text it was made from. This file is bundled by itself, and compiled at each start: it may import little.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
import { thisSystem } from '../../images/system/system.ts';
import { userStore } from '../cache/index.ts';
import { harnessStatus } from '../guest/exit-status.ts';

type Exports = Record<string, unknown>;

/**
 * Runs the bundle at a path, which is a function of what CommonJS hands to a module, and returns its exports.
 *
 * @param command Whose functions the code is to hold.
 * @param digest SHA-256 of the bundle, if it is known already.
 */
export function loadBundle(path: string, command: string, digest?: string): Exports {
  // The bundle is ASCII, which Latin-1 reads several times as fast as UTF-8.
  const source = readFileSync(path, 'latin1');
  const key = cacheKey(digest ?? createHash('sha256').update(source, 'latin1').digest('hex'), command);
  const store = userStore();
  const cachedData = store.read('command', key)?.content;
  const script = new Script(
    source,
    cachedData === undefined ? { filename: path } : { filename: path, cachedData },
  );
  if (cachedData === undefined || script.cachedDataRejected === true) {
    // What has not run for a while, V8 forgets when it collects garbage: the first process works for long, and would keep half.
    setFlagsFromString('--no-flush-bytecode');
    process.once('exit', (status) => {
      // Code is of use only under the flags that it was made with.
      setFlagsFromString('--flush-bytecode');
      // Of a command that does not exist, or was used wrongly, nothing worth keeping has run.
      if (status !== harnessStatus.usage) store.write('command', key, script.createCachedData());
    });
  }
  const module: { exports: Exports } = { exports: {} };
  const run = script.runInThisContext() as (...scope: unknown[]) => void;
  run(module.exports, createRequire(path), module, path, dirname(path));
  return module.exports;
}

/**
 * Different flags have different code, so that `node nanvix-v86.cjs` and the command itself do not evict each other's; and
 * so have different commands, since each uses functions of its own.
 */
function cacheKey(digest: string, command: string): string[] {
  const { version, execArgv, env } = process;
  const { arch, platform } = thisSystem;
  return [digest, command, version, arch, platform, env['NODE_OPTIONS'] ?? '', ...execArgv];
}
