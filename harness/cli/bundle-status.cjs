// Where the one file lies that the command line is loaded from, and whether it is still good.
//
// What must hold: a bundle is fresh exactly if no file it was made from is newer.
const { existsSync, readFileSync, statSync } = require('node:fs');
const { dirname, join } = require('node:path');

/** The package. */
const root = dirname(dirname(__dirname));
const dist = join(root, 'harness', 'dist');
const bundlePath = join(dist, 'cli.cjs');
/** The names of the files that it was made from, relative to the package. */
const inputsPath = join(dist, 'inputs.json');

/** `fresh`, `stale` or `missing`. */
function bundleStatus() {
  try {
    const made = statSync(bundlePath).mtimeMs;
    const inputs = JSON.parse(readFileSync(inputsPath, 'utf8'));
    return inputs.every((input) => statSync(`${root}/${input}`).mtimeMs <= made) ? 'fresh' : 'stale';
  } catch {
    return existsSync(bundlePath) ? 'stale' : 'missing';
  }
}

module.exports = { root, dist, bundlePath, inputsPath, bundleStatus };
