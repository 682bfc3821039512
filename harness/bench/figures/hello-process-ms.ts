/** A cold hello as a whole process, start of Node included. */
import { HELLO } from '../../guest/hello.ts';
import { timeCommand } from '../command.ts';
import type { Figure } from '../figure.ts';

const environment = Object.entries(HELLO.env).map(([name, value]) => `${name}=${value}`);
const COMMAND = ['run', '--', HELLO.program, `${HELLO.args.join(' ')};${environment.join(' ')}`];

export const helloProcessMs: Figure = {
  name: 'helloProcessMs',
  unit: 'ms',
  meaning: '`nanvix-v86 run` of hello as a whole process',
  target: 1000,
  samples: 9,
  warmUp: 2,
  prepare: () => Promise.resolve({ sample: async () => (await timeCommand(COMMAND)).milliseconds }),
};
