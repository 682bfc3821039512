/**
 * The API report: the public types of each entry point in one file, as TypeScript sees them, without comments. It is
 * committed, so a change of what users can call is seen in a review. `npm run api:record` writes it anew.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Entry points by the name of their report. */
export const ENTRY_POINTS = {
  'nanvix-v86': 'harness/index.d.ts',
  vitest: 'harness/vitest/index.d.ts',
} as const;
export type EntryPoint = keyof typeof ENTRY_POINTS;

export const reportPath = (name: EntryPoint): string => join(root, 'specs', 'release', 'api', `${name}.d.ts`);

/** The reports as the sources have them now. */
export function currentReports(): Readonly<Record<EntryPoint, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-api-'));
  const tool = (name: string, args: readonly string[], cwd: string): void => {
    execFileSync(process.execPath, [join(root, 'node_modules', name), ...args], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  };
  try {
    const types = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--removeComments'];
    const project = ['--project', join(root, '.config', 'tsconfig.package.json')];
    tool('typescript/bin/tsc', [...types, '--outDir', join(folder, 'types'), ...project], root);
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const compilerOptions = {
      ...{ module: 'nodenext', target: 'es2023', strict: true, skipLibCheck: true },
      ...{ allowImportingTsExtensions: true, noEmit: true, types: ['node'] },
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
    const report = (name: EntryPoint): string => {
      const target = join(folder, `${name}.d.ts`);
      const options = [
        '--no-check',
        '--no-banner',
        '--export-referenced-types=false',
        '--project',
        'tsconfig.json',
      ];
      tool(
        'dts-bundle-generator/dist/bin/dts-bundle-generator.js',
        [...options, '-o', target, join('types', ENTRY_POINTS[name])],
        folder,
      );
      return readFileSync(target, 'utf8');
    };
    return { 'nanvix-v86': report('nanvix-v86'), vitest: report('vitest') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Run as a program, it writes the reports. */
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, text] of Object.entries(currentReports()))
    writeFileSync(reportPath(name as EntryPoint), text);
}
