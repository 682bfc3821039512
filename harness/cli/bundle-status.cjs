// Which files the command line is loaded from, where they lie, and whether they are still good.
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
/** The part that loads a bundle: small, because it is compiled at each start. */
const loaderPath = join(dist, 'load-bundle.cjs');

/**
 * The bundles, each with its entry point and the file that says what it and the loader were made from. `run` has one without all other
 * commands: it is started the most, and so reads half as much, looks at half as many sources, and sets up no command but itself.
 */
const bundles = {
  all: {
    source: 'harness/cli/main.ts',
    path: join(dist, 'cli.cjs'),
    recordPath: join(dist, 'cli.made-from.json'),
  },
  run: {
    source: 'harness/cli/main-run.ts',
    path: join(dist, 'run.cjs'),
    recordPath: join(dist, 'run.made-from.json'),
  },
};

/** The bundle for a command. */
const bundleFor = (command) => (command === 'run' ? bundles.run : bundles.all);

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
function readRecord({ recordPath }) {
  const text = readFileSync(recordPath, 'utf8');
  const end = text.indexOf('\n');
  return { ...JSON.parse(text.slice(0, end)), digests: () => JSON.parse(text.slice(end)) };
}

/** `status` is `fresh`, `stale` or `missing`; `digest` is the bundle's SHA-256 where it need not be computed. */
function bundleStatus(made) {
  if (!existsSync(made.path) || !existsSync(loaderPath)) return { status: 'missing' };
  if (!isCheckout) return { status: 'fresh' };
  try {
    const { bundle, inputs, state } = readRecord(made);
    const isFresh = stateOf(made.path) === bundle.state && stateOfAll(inputs) === state;
    return isFresh ? { status: 'fresh', digest: bundle.sha256 } : { status: 'stale' };
  } catch {
    return { status: 'stale' };
  }
}

module.exports = {
  root,
  dist,
  bundles,
  bundleFor,
  loaderPath,
  stateOf,
  stateOfAll,
  readRecord,
  bundleStatus,
};
