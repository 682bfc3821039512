/**
 * Programs as users write them, run by `python-full`: each prints what Debian's Python 3.11 printed of it. The texts beside the programs
 * are that one's; where it is installed, it runs them again.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { createRamfs, ensureFullLibrary, readFolder, readRamfs } from '../../images/index.ts';
import { volumeOf } from '../posix/volume.ts';
import { bootGuest, runGuest } from '../support/guests.ts';
import { lacks, toolEnvironment } from '../support/tools.ts';

const PROGRAMS = path.join(import.meta.dirname, 'programs');
const programs = readdirSync(PROGRAMS).flatMap((name) => /^(\w+)\.py$/.exec(name)?.[1] ?? []);
const textOf = (program: string): string => readFileSync(path.join(PROGRAMS, `${program}.txt`), 'utf8');

/** Where a program may write, in the guest. */
const FOLDER = '/written';

async function start(program: string) {
  const script = readFileSync(path.join(PROGRAMS, `${program}.py`));
  const files = new Map([...readFolder(await ensureFullLibrary()), ['/program.py', script]]);
  const ramfs = createRamfs(files, { freeBytes: 4 << 20 });
  return { program: 'python-full', ramfs, args: ['/program.py', FOLDER] } as const;
}

it.each(programs)('%s', async (program) => {
  const { output, errorOutput, outcome } = await runGuest(await start(program));
  expect(output + errorOutput).toBe(textOf(program));
  expect(outcome).toEqual({ kind: 'exit', status: 0 });
});

const withoutPython = lacks('python3.11');

function natively(args: readonly string[]): string {
  const { stdout, stderr } = spawnSync('python3.11', args, { env: toolEnvironment, encoding: 'utf8' });
  return stdout + stderr;
}

function inFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(path.join(tmpdir(), 'nanvix-v86-python-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it.skipIf(withoutPython).each(programs)('%s, by the Python of this machine', (program) => {
  const said = inFolder((folder) => {
    const data = path.join(folder, 'data');
    mkdirSync(data);
    return natively([path.join(PROGRAMS, `${program}.py`), data]);
  });
  expect(said).toBe(textOf(program));
});

it.skipIf(withoutPython)('a database that the guest wrote is whole for another SQLite', async () => {
  const guest = await bootGuest(await start('database'));
  guest.run();
  const database = readRamfs(volumeOf(guest)).get(`${FOLDER}/copy.db`);
  const said = inFolder((folder) => {
    const file = path.join(folder, 'copy.db');
    writeFileSync(file, database ?? '');
    const ask = `import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
print(db.execute('PRAGMA integrity_check').fetchall(), db.execute('SELECT count(*), sum(n), max(text) FROM number').fetchone())`;
    return natively(['-c', ask, file]);
  });
  expect(said).toBe("[('ok',)] (5000, 12497500, '10006')\n");
});
