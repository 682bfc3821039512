/**
 * Tools of others that some specs compare with, and the Debian package of each (`tools.json`, which CI reads as well).
 *
 * A spec that lacks its tool is skipped on a developer's machine. In CI it fails: CI installs them all.
 */
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import packages from './tools.json' with { type: 'json' };

export type Tool = keyof typeof packages;

/** Where Debian has tools for administrators, which is on nobody else's PATH. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/sbin'];

/** Environment in which the tools are found and print plain English. */
export const toolEnvironment = {
  ...process.env,
  PATH: [process.env['PATH'] ?? '', ...SYSTEM_FOLDERS].join(':'),
  LC_ALL: 'C.UTF-8',
};

function isInstalled(tool: string): boolean {
  return toolEnvironment.PATH.split(':').some((folder) => {
    try {
      accessSync(join(folder, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Whether a spec has to be skipped, because one of its tools is not installed.
 *
 * @throws Error in CI, where nothing is skipped.
 */
export function lacks(...tools: readonly Tool[]): boolean {
  const missing = tools.filter((tool) => !isInstalled(tool));
  if (missing.length > 0 && process.env['CI'] !== undefined)
    throw new Error(
      `CI lacks ${missing.join(', ')}: install ${missing.map((tool) => packages[tool]).join(' ')}`,
    );
  return missing.length > 0;
}

/** The Debian packages of all tools that are not installed. */
export function missingPackages(): string[] {
  const names = Object.keys(packages) as Tool[];
  return [...new Set(names.filter((tool) => !isInstalled(tool)).map((tool) => packages[tool]))];
}
