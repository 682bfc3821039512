// Where the files lie that the command line is loaded from, and whether they are still good.
//
// What must hold: in a checkout a bundle is fresh exactly if every file it was made from, those of dependencies among them, is
// in the state it was in then, and the bundle itself as well. A file's state is its number, its length and when it was last changed
// in any way, which is not for anybody to set: no edit leaves all three, whatever its length and however soon it comes.
const { createHash } = require('node:crypto');
const { existsSync, readFileSync, statSync } = require('node:fs');
const { dirname, join } = require('node:path');

/** The package. */
const root = dirname(dirname(__dirname));
const dist = join(root, 'harness', 'dist');
const bundlePath = join(dist, 'cli.cjs');
/** The part that loads the bundle: small, because it is compiled at each start. */
const loaderPath = join(dist, 'load-bundle.cjs');
/** What both were made from. */
const recordPath = join(dist, 'made-from.json');

/** No package from a registry has this file. There, the bundle is what was published. */
const isCheckout = existsSync(join(root, 'tsconfig.json'));

/** Whether a file is the same as when it had this state. Throws where there is no file. */
function stateOf(path) {
  const { ino, size, ctimeMs } = statSync(path);
  return `${ino} ${size} ${ctimeMs}`;
}

/** The states of many files, in one digest. */
function stateOfAll(paths) {
  // As numbers: a thousand files are looked at, at each start, and text of numbers takes as long as to ask for them.
  const states = new Float64Array(3 * paths.length);
  let at = 0;
  for (const path of paths) {
    const { ino, size, ctimeMs } = statSync(`${root}/${path}`);
    states[at++] = ino;
    states[at++] = size;
    states[at++] = ctimeMs;
  }
  return createHash('sha256').update(states).digest('hex');
}

/**
 * What was written when the bundle was made. The first line is read at each start: the bundle's SHA-256 and state, the paths of
 * all inputs, and their states in one digest. The second has each input's SHA-256.
 */
function readRecord() {
  const text = readFileSync(recordPath, 'utf8');
  const end = text.indexOf('\n');
  return { ...JSON.parse(text.slice(0, end)), digests: () => JSON.parse(text.slice(end)) };
}

/** `status` is `fresh`, `stale` or `missing`; `digest` is the bundle's SHA-256 where it need not be computed. */
function bundleStatus() {
  if (!existsSync(bundlePath) || !existsSync(loaderPath)) return { status: 'missing' };
  if (!isCheckout) return { status: 'fresh' };
  try {
    const { bundle, inputs, state } = readRecord();
    const isFresh = stateOf(bundlePath) === bundle.state && stateOfAll(inputs) === state;
    return isFresh ? { status: 'fresh', digest: bundle.sha256 } : { status: 'stale' };
  } catch {
    return { status: 'stale' };
  }
}

module.exports = {
  root,
  dist,
  bundlePath,
  loaderPath,
  recordPath,
  stateOf,
  stateOfAll,
  readRecord,
  bundleStatus,
};
