// Makes a file that the command line is loaded from, where the one there is not good any more.
//
// A package from a registry brings its bundle along and has no esbuild; there the one that came is used.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import bundleFiles from './bundle-status.cjs';

const { root, dist, bundles, loaderPath, stateOf, stateOfAll, readRecord, bundleStatus } = bundleFiles;

/** The library's entry points, as package.json exports them from below harness/dist/library/. */
export const libraryEntryPoints = [
  'harness/index.ts',
  'harness/vitest/index.ts',
  'harness/snapshots/fork-worker.ts',
];

/** Makes each bundle that is not fresh. */
export async function ensureBundles() {
  for (const made of Object.values(bundles)) await ensureBundle(made);
}

/** Makes one of the bundles unless it is fresh. @returns Its SHA-256, if it is known. */
export async function ensureBundle(made) {
  const { status, digest } = bundleStatus(made);
  if (status === 'fresh') return digest;
  if (status === 'stale' && refreshRecord(made)) return bundleStatus(made).digest;
  const esbuild = await loadEsbuild();
  if (esbuild === undefined) {
    if (status === 'stale') return undefined;
    throw new Error(
      'the command line is not built and esbuild is not installed: run `npm ci` in the checkout',
    );
  }
  return await build(esbuild, made);
}

/**
 * Where files were only touched, or copied, and hold what they held, writes down their states of today.
 *
 * @returns Whether the bundle is good.
 */
function refreshRecord(made) {
  try {
    const { bundle, inputs, digests } = readRecord(made);
    const state = stateOfAll(inputs);
    const then = digests();
    const now = digestsOf(inputs);
    if (now.some((digest, i) => digest !== then[i]) || digestOf(made.path) !== bundle.sha256) return false;
    writeRecord(made, bundle.sha256, inputs, state, now);
    return true;
  } catch {
    return false;
  }
}

const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minify: true,
  keepNames: true,
  legalComments: 'none',
  write: false,
  metafile: true,
  logLevel: 'silent',
  // What is not in the bundle is loaded by require, so that no module loader has to start.
  supported: { 'dynamic-import': false },
  external: ['esbuild', 'playwright-core', 'iced-x86'],
};

async function build(esbuild, made) {
  const startedAt = Date.now();
  const banner = {
    js: `const __sourceUrl=(path)=>require("node:url").pathToFileURL(require("node:path").join(__dirname,"../..",path)).href;`,
  };
  const plugins = [sourceUrls((place) => `__sourceUrl(${JSON.stringify(place)})`)];
  const parts = await Promise.all([
    bundle(esbuild, {
      ...{ ...shared, banner, plugins },
      ...{ entryPoints: ['harness/cli/load-bundle.ts'], outfile: loaderPath },
    }),
    // A function already in the file: text that is put together after it was read is another copy of it, for as long as the process runs.
    bundle(esbuild, {
      ...{ ...shared, plugins },
      ...{ entryPoints: [made.source], outfile: made.path },
      banner: { js: `(function (exports, require, module, __filename, __dirname) {${banner.js}` },
      footer: { js: '})' },
    }),
  ]);
  const texts = parts.map((part) => asciiOf(part.outputFiles[0].text));
  mkdirSync(dist, { recursive: true });
  writeFileAtomic.sync(loaderPath, texts[0], { fsync: false });
  writeFileAtomic.sync(made.path, texts[1], { fsync: false });
  const sha256 = sha256Of(texts[1]);
  // Another process may have put its own there meanwhile, and will say so itself.
  if (digestOf(made.path) === sha256) writeRecord(made, sha256, ...inputsOf(parts, startedAt));
  return sha256;
}

/** What decides the bundle besides the files that are in it: what is resolved to which file, and what puts it together. */
const alsoInputs = [
  'package.json',
  'package-lock.json',
  'node_modules/.package-lock.json',
  'node_modules/esbuild/package.json',
  'tsconfig.json',
  'harness/cli/bundle.mjs',
];

/** Milliseconds that the clock of a file system may lag behind. */
const CLOCK_LAG = 20;

/** Paths, state and digests of what the parts were made from. */
function inputsOf(parts, startedAt) {
  const bundled = parts.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  const inputs = [...new Set([...bundled, ...alsoInputs])]
    .filter((path) => existsSync(join(root, path)))
    .sort();
  const state = stateOfAll(inputs);
  // What changed while the bundle was made may be in it or not: it counts as changed the next time.
  const isSettled = (path) => statSync(join(root, path)).ctimeMs < startedAt - CLOCK_LAG;
  const digests = digestsOf(inputs).map((digest, i) => (isSettled(inputs[i]) ? digest : ''));
  return [inputs, digests.includes('') ? '' : state, digests];
}

const sha256Of = (content) => createHash('sha256').update(content).digest('hex');
const digestOf = (path) => sha256Of(readFileSync(path));
const digestsOf = (inputs) => inputs.map((path) => digestOf(join(root, path)));

function writeRecord(made, sha256, inputs, state, digests) {
  const first = { bundle: { state: stateOf(made.path), sha256 }, inputs, state };
  const text = `${JSON.stringify(first)}\n${JSON.stringify(digests)}`;
  writeFileAtomic.sync(made.recordPath, text, { fsync: false });
}

/** The launcher reads the bundle as Latin-1. esbuild escapes everything but what stands in regular expressions. */
function asciiOf(source) {
  // eslint-disable-next-line no-control-regex -- all that is not ASCII
  return source.replace(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A source that does not hold together is told in one line, with its place. */
async function bundle(esbuild, options) {
  try {
    return await esbuild.build(options);
  } catch (error) {
    const [first] = error.errors ?? [];
    if (first === undefined) throw error;
    const place = first.location === null ? '' : `${first.location.file}:${first.location.line}: `;
    throw new Error(`the command line cannot be built from these sources: ${place}${first.text}`, {
      cause: error,
    });
  }
}

/**
 * A source finds files beside itself by `import.meta.url`: bundled, it must still mean the source's own place.
 *
 * `expression` gives the JavaScript that is put there, from a path relative to the package.
 */
export const sourceUrls = (expression) => ({
  name: 'source-urls',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      if (path.includes(`${sep}node_modules${sep}`)) return undefined;
      const place = relative(root, path).split(sep).join('/');
      const contents = readFileSync(path, 'utf8').replaceAll('import.meta.url', expression(place));
      return { contents, loader: 'ts' };
    });
  },
});

async function loadEsbuild() {
  try {
    return await import('esbuild');
  } catch {
    return undefined;
  }
}
