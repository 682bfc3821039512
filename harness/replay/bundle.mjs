// Makes the two scripts of a replay, as text: the page's own, and its worker's with the whole machine in it.
//
// What must hold: the machine's code is the very code that runs under Node. A file that needs something of Node's has a twin
// beside it, `x.browser.ts` for `x.ts`, with the same exports; only these are exchanged. A package from a registry has the
// scripts in harness/dist/replay/ and no esbuild.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

/** Where a package has what was bundled when it was packed. */
const packedIn = (root) => join(root, 'harness', 'dist', 'replay');

/** Two of Node's modules that packages ask for, as far as these use them. */
const STAND_INS = {
  assert: 'export const equal = (a, b) => { if (a !== b) throw new Error(`${a} is not ${b}`); };',
  util: 'export const inherits = (a, b) => { Object.setPrototypeOf(a.prototype, b.prototype); };',
};

/** Exchanges `x.ts` for `x.browser.ts` where there is one. */
export const twins = {
  name: 'twins',
  setup(build) {
    build.onResolve({ filter: /^\..*\.ts$/ }, ({ path, resolveDir, importer }) => {
      const file = resolve(resolveDir, path);
      const twin = file.replace(/\.ts$/, '.browser.ts');
      return { path: twin !== importer && existsSync(twin) ? twin : file };
    });
  },
};

const standIns = (root) => ({
  name: 'stand-ins',
  setup(build) {
    build.onResolve({ filter: /^(assert|util)$/ }, ({ path }) => ({ path, namespace: 'stand-in' }));
    build.onLoad({ filter: /.*/, namespace: 'stand-in' }, ({ path }) => ({ contents: STAND_INS[path] }));
    build.onResolve({ filter: /^node:path$/ }, () => ({
      path: createRequire(join(root, 'package.json')).resolve('path-browserify'),
    }));
  },
});

/** iced-x86 reads its WebAssembly from a file, which is put into the script instead. */
const disassembler = {
  name: 'disassembler',
  setup(build) {
    build.onLoad({ filter: /iced_x86\.js$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8')
        .replace(/^const \{ TextDecoder, TextEncoder \} = require\(`util`\);$/m, '')
        .replace(/^const path = require\('path'\).*$/m, '')
        .replace(/^const bytes = require\('fs'\).*$/m, `const bytes = require('./iced_x86_bg.wasm');`);
      return { contents: source, loader: 'js' };
    });
  },
};

const shared = {
  bundle: true,
  platform: 'browser',
  target: ['chrome120', 'firefox121', 'safari17.4'],
  format: 'iife',
  minify: true,
  legalComments: 'none',
  write: false,
  logLevel: 'silent',
  loader: { '.wasm': 'binary', '.css': 'text' },
};

/**
 * The scripts as they were packed, or as the sources of a checkout are now.
 *
 * @param root The package's folder.
 */
export async function replayScripts(root) {
  if (!existsSync(join(root, 'tsconfig.json'))) {
    const [worker, page, style] = ['worker.js', 'page.js', 'style.css'].map((name) =>
      readFileSync(join(packedIn(root), name), 'utf8'),
    );
    return { worker, page, style };
  }
  const esbuild = await import('esbuild');
  const [worker, page] = await Promise.all([
    esbuild.build({
      ...shared,
      absWorkingDir: root,
      entryPoints: ['harness/replay/worker/main.ts'],
      inject: ['harness/replay/worker/buffer.mjs'],
      define: { 'process.env': '{}', 'process.versions.v8': '""' },
      plugins: [twins, standIns(root), disassembler],
    }),
    esbuild.build({ ...shared, absWorkingDir: root, entryPoints: ['harness/replay/page/main.ts'] }),
  ]);
  const style = readFileSync(join(root, 'harness', 'replay', 'page', 'style.css'), 'utf8');
  return { worker: worker.outputFiles[0].text, page: page.outputFiles[0].text, style };
}

/** Writes the scripts to where a package has them. */
export async function packReplayScripts(root) {
  const { worker, page, style } = await replayScripts(root);
  const packed = packedIn(root);
  mkdirSync(packed, { recursive: true });
  writeFileSync(join(packed, 'worker.js'), worker);
  writeFileSync(join(packed, 'page.js'), page);
  writeFileSync(join(packed, 'style.css'), style);
}
