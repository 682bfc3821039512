// Makes the one file the command line is loaded from, where the one there is not good any more.
//
// A package from a registry brings its bundle along and has no esbuild; there the one that came is used.
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import bundleFiles from './bundle-status.cjs';

const { root, dist, bundlePath, inputsPath, bundleStatus } = bundleFiles;

/** The library's entry points, as package.json exports them from below harness/dist/library/. */
export const libraryEntryPoints = [
  'harness/index.ts',
  'harness/vitest/index.ts',
  'harness/snapshots/fork-worker.ts',
];

/** Makes the bundle unless it is fresh. */
export async function ensureBundle() {
  const status = bundleStatus();
  if (status === 'fresh') return;
  const esbuild = await loadEsbuild();
  if (esbuild === undefined) {
    if (status === 'stale') return;
    throw new Error(
      'the command line is not built and esbuild is not installed: run `npm ci` in the checkout',
    );
  }
  await build(esbuild);
}

async function build(esbuild) {
  const startedAt = new Date();
  const result = await bundle(esbuild, {
    absWorkingDir: root,
    entryPoints: ['harness/cli/main.ts'],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
    keepNames: true,
    legalComments: 'none',
    outfile: bundlePath,
    write: false,
    metafile: true,
    logLevel: 'silent',
    // What is not in the bundle is loaded by require, so that no module loader has to start.
    supported: { 'dynamic-import': false },
    external: ['esbuild', 'playwright-core', 'iced-x86'],
    banner: {
      js: `const __sourceUrl=(path)=>require("node:url").pathToFileURL(require("node:path").join(__dirname,"../..",path)).href;`,
    },
    plugins: [sourceUrls((place) => `__sourceUrl(${JSON.stringify(place)})`)],
  });
  mkdirSync(dist, { recursive: true });
  for (const file of readdirSync(dist))
    if (file.endsWith('.cache')) rmSync(join(dist, file), { force: true });
  const inputs = Object.keys(result.metafile.inputs).filter((input) => !input.includes('node_modules'));
  writeAtomically(inputsPath, JSON.stringify([...inputs, 'package.json'].sort(), undefined, 1), startedAt);
  writeAtomically(bundlePath, asciiOf(result.outputFiles[0].text), startedAt);
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

/** Dated back to the start of the build: a source changed while it ran is newer. */
function writeAtomically(path, contents, date) {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, contents);
  utimesSync(temporary, date, date);
  renameSync(temporary, path);
}
