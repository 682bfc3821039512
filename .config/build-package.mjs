// Makes what a package from the registry needs and a checkout does not: the command line's bundles, the library as
// JavaScript (Node runs no TypeScript below node_modules), and its declarations. Run by `npm pack` and `npm publish`.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { packReplayScripts } from '../harness/replay/bundle.mjs';
import { ensureBundles, libraryEntryPoints, sourceUrls } from '../harness/cli/bundle.mjs';
import { writeProvenance } from './provenance.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'harness', 'dist');

rmSync(dist, { recursive: true, force: true });
await ensureBundles();
await packReplayScripts(root);

// Each source keeps its place below dist/, so that the declarations lie beside the code they describe.
await esbuild.build({
  absWorkingDir: root,
  entryPoints: libraryEntryPoints,
  outbase: '.',
  outdir: join(dist, 'library'),
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunks/[hash]',
  bundle: true,
  splitting: true,
  packages: 'external',
  platform: 'node',
  target: 'node20',
  format: 'esm',
  plugins: [sourceUrls((place) => `new URL(${JSON.stringify(place)}, __packageRoot).href`)],
  // A chunk and an entry point lie at different depths: the package is where package.json is.
  inject: [join(root, '.config', 'package-root.mjs')],
  logLevel: 'warning',
});
execFileSync(
  process.execPath,
  [
    join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
    '--noEmit',
    'false',
    '--declaration',
    '--emitDeclarationOnly',
    '--outDir',
    join(dist, 'types'),
    '--project',
    join(root, '.config', 'tsconfig.package.json'),
  ],
  { stdio: 'inherit' },
);
writeProvenance(root);
