// Loads the bundle as CommonJS with V8's code cache. The cache is written when the first process that had none
// ends, because then it holds the functions that were really used; one that does not fit V8's version or flags is
// refused by V8 and made anew. Without a writable folder it all works, only slower.
const { createHash } = require('node:crypto');
const { readFileSync, renameSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname } = require('node:path');
const vm = require('node:vm');

/** A mistake of the user: see harness/guest/exit-status.ts. */
const STATUS_USAGE = 2;

/** Runs the bundle at a path and returns its exports. `command` says whose functions the cache is to hold. */
function loadBundle(path, command) {
  // The bundle is ASCII, which Latin-1 reads several times as fast as UTF-8.
  const source = readFileSync(path, 'latin1');
  const cachePath = `${path}.${cacheKey(source, command)}.cache`;
  const cachedData = readIfThere(cachePath);
  const script = new vm.Script(
    `(function (exports, require, module, __filename, __dirname) {${source}\n})`,
    cachedData === undefined ? { filename: path } : { filename: path, cachedData },
  );
  if (cachedData === undefined || script.cachedDataRejected === true) {
    process.once('exit', (status) => {
      // Of a command that does not exist, or was used wrongly, nothing worth keeping has run.
      if (status !== STATUS_USAGE) writeQuietly(cachePath, script.createCachedData());
    });
  }
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(path), module, path, dirname(path));
  return module.exports;
}

/**
 * Different flags have different caches, so that `node nanvix-v86.cjs` and the command itself do not evict each other's; and
 * so have different commands, since each uses functions of its own.
 */
function cacheKey(source, command) {
  const { version, arch, execArgv } = process;
  const key = [version, arch, ...execArgv, String(source.length), command].join(' ');
  return createHash('sha256').update(key).digest('hex').slice(0, 12);
}

function readIfThere(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function writeQuietly(path, bytes) {
  try {
    const temporary = `${path}.${process.pid}`;
    writeFileSync(temporary, bytes);
    renameSync(temporary, path);
  } catch {
    // A folder that cannot be written to only means that the next start is as slow as this one.
  }
}

module.exports = { loadBundle };
