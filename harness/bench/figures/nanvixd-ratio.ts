/** A cold hello by `nanvixd-v86` beside one by `nanvix-v86 run`: processor time of the whole processes, in turn. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { HELLO } from '../../guest/hello.ts';
import { timeCommand } from '../command.ts';
import type { Figure } from '../figure.ts';

const launcher = (name: string): string => fileURLToPath(new URL(`../../cli/${name}.cjs`, import.meta.url));
const LINE = `${HELLO.args.join(' ')};${Object.entries(HELLO.env)
  .map(([name, value]) => `${name}=${value}`)
  .join(' ')}`;
/** `times` says what the shell and then what its children took: `0m1.25s 0m0.10s`, user before system. */
const TIMES = /^(\d+)m([\d.]+)s/;
const SECONDS_PER_MINUTE = 60;

/** Seconds of user time that a command takes. */
async function userSeconds(words: readonly string[], cwd: string): Promise<number> {
  const { stdout } = await execa('sh', ['-c', '"$@" >&2; times', 'sh', ...words], { cwd, stdin: 'ignore' });
  const [, minutes = '', seconds = ''] = TIMES.exec(stdout.split('\n').at(-1) ?? '') ?? [];
  return Number(minutes) * SECONDS_PER_MINUTE + Number(seconds);
}

export const nanvixdRatio: Figure = {
  name: 'nanvixdRatio',
  unit: '',
  meaning: 'processor time of hello by `nanvixd-v86`, as a multiple of that by `nanvix-v86 run`',
  target: 1.1,
  samples: 9,
  warmUp: 1,
  prepare: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nanvix-v86-bench-'));
    await timeCommand(['sysroot', folder]);
    const run = [launcher('nanvix-v86'), 'run', '--', HELLO.program, LINE];
    const nanvixd = [launcher('nanvixd-v86'), '-ramfs', 'hello.img', '--', 'bin/python3.11', LINE];
    return {
      sample: async () => (await userSeconds(nanvixd, folder)) / (await userSeconds(run, folder)),
      dispose: async () => {
        await rm(folder, { recursive: true });
      },
    };
  },
};
