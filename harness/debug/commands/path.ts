/**
 * The command that shows which way the guest has come: the last instructions that were executed.
 *
 * Code is shown as it stands in memory now. In a guest of several processes only the one that runs has its memory and its names here: of
 * programs, what was executed before the kernel last came in between is shown by address alone.
 */
import { hex } from '../../../emulator/hex.ts';
import { DEFAULT_PATH } from '../session.ts';
import type { DebugSession } from '../session.ts';
import { countFrom } from './command.ts';
import type { CommandContext, DebugCommand } from './command.ts';

const SHOWN_MAXIMUM = 65_536;

function textAt(session: DebugSession, address: number): string {
  const symbol = session.describe(address);
  const text = session.disassemble(address, 1)[0]?.text;
  return `${symbol === undefined ? '' : ` <${symbol}>`}${text === undefined ? '' : `: ${text}`}`;
}

function showPath({ session, print }: CommandContext, [count]: readonly string[]): void {
  const path = session.path(Math.min(count === undefined ? DEFAULT_PATH : countFrom(count), SHOWN_MAXIMUM));
  const several = session.processes.length > 0;
  const lastOfKernel = path.findLastIndex(({ ring }) => ring === 0);
  path.forEach(({ instructions, address, ring }, i) => {
    const isKnown = !several || ring === 0 || i > lastOfKernel;
    print(`[${instructions}] ring ${ring}  ${hex(address)}${isKnown ? textAt(session, address) : ''}`);
  });
}

export const pathCommand: DebugCommand = {
  name: 'path',
  usage: '[COUNT]',
  help: 'show the last instructions executed up to here',
  run: showPath,
};
