/**
 * The kernel on a second machine: QEMU boots the same file by multiboot, and the programs that need no host say there what
 * they say here. Skipped where QEMU is not installed.
 */
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import type { Era } from '../../images/abi/index.ts';
import { ensureImages } from '../../images/index.ts';
import { runGuest } from '../support/guests.ts';
import { lacks } from '../support/tools.ts';
import { checks, kernelCallProgram } from './programs.ts';

const QEMU = 'qemu-system-i386';
const missing = lacks(QEMU);

/** Boots a program and gives what came out of port 0xe9, and QEMU's exit code. */
async function runInQemu(program: string, commandLine: string, kernelArguments = '', era: Era = 'S') {
  const { kernel } = await ensureImages({ era });
  const { stdout, exitCode } = await execa(
    QEMU,
    [
      ...[
        '-m',
        '128',
        '-display',
        'none',
        '-vga',
        'none',
        '-no-reboot',
        '-serial',
        'none',
        '-monitor',
        'none',
      ],
      ...['-kernel', kernel[128].path, '-append', commandLine, '-initrd', `${program} ${kernelArguments}`],
      ...['-device', 'isa-debug-exit,iobase=0xf4,iosize=4'],
      ...['-device', 'isa-debugcon,iobase=0xe9,chardev=out', '-chardev', 'stdio,id=out'],
    ],
    { reject: false, timeout: 60_000 },
  );
  return { console: stdout, exitCode };
}

/** What QEMU's exit device makes of an exit status. */
const codeOf = (status: number) => ((status << 1) | 1) & 0xff;

describe.skipIf(missing)('in QEMU', () => {
  const programs = ['identity', 'memory', 'thread', 'mutex', 'cond', 'pmio'];
  it.each([
    ...programs.map((name) => [name, 'S'] as const),
    ...[...programs, 'signals'].map((name) => [name, 'M'] as const),
  ])('%s of Era %s says what it says in v86', async (name, era) => {
    const program = await kernelCallProgram(name, era);
    const here = await runGuest({
      program,
      programName: name,
      memoryMiB: 128,
      commandLine: 'one two;A=1 B=2',
      era,
    });
    const there = await runInQemu(program, `${name} one two;A=1 B=2`, '', era);
    expect(there.console.trimEnd()).toBe(here.console.trimEnd());
    expect(checks(there.console).failed).toEqual([]);
    expect(there.exitCode).toBe(codeOf(0));
  });

  it.each(['S', 'M'] as const)('output, errors and the end of input work in Era %s', async (era) => {
    const { console } = await runInQemu(await kernelCallProgram('ipc', era), 'ipc', '', era);
    expect(checks(console).failed).toEqual([]);
    expect(console).toContain('out\n');
    expect(console).toContain('err\n');
    expect(checks(console).passed).toContain('reading ends at the end of the input');
  });

  it('kernel arguments follow the name of the program file', async () => {
    const { console } = await runInQemu(await kernelCallProgram('snapshot'), 'snapshot', 'snapshot');
    expect(console).toBe('first 0\nsecond -1');
  });

  it('a fault ends the program as here', async () => {
    const { console, exitCode } = await runInQemu(await kernelCallProgram('faults'), 'faults divide');
    expect(console).toContain('thread 1 of the program: divide error (vector 0)');
    expect(exitCode).toBe(codeOf(136));
  });
});
