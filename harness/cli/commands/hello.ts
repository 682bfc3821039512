/** `nanvix-v86 hello`, the main job: CPython says hello from a cold boot and again from a snapshot of it. */
import { Command } from 'commander';
import type { HelloResult } from '../../guest/hello.ts';
import type { RunResult } from '../../guest/result.ts';
import { addGuestOptions, bootOptionsOf } from '../guest-options.ts';
import type { GuestOptionValues } from '../guest-options.ts';
import { log } from '../log.ts';
import { addPythonOption, programOfRelease, type PythonOptionValues } from '../python-release.ts';
import { explainEnd, processStatus, recordOf } from '../report.ts';

interface HelloOptions extends GuestOptionValues, PythonOptionValues {
  readonly json?: true;
}

export function helloCommand(setStatus: (status: number) => void): Command {
  const command = new Command('hello')
    .description(
      'build what is missing, boot CPython cold, capture it at its snapshot call, restore it, and compare',
    )
    .option('--json', 'print {"cold": …, "restored": …} instead of the output and the table');
  addPythonOption(command.optionsGroup('The guest:'));
  return addGuestOptions(command).action(async (options: HelloOptions) => {
    const { hello } = await import('../../guest/hello.ts');
    const { findImagesAndCode } = await import('../images-progress.ts');
    const { program } = await programOfRelease(options.python);
    const result = await hello({
      program,
      ...bootOptionsOf(options),
      ...(await findImagesAndCode(program, options)),
    });
    if (options.json) {
      const restored = result.restored === undefined ? null : recordOf(result.restored);
      process.stdout.write(`${JSON.stringify({ cold: recordOf(result.cold), restored })}\n`);
    } else {
      await print(result);
    }
    for (const run of [result.cold, result.restored]) {
      const why =
        run === undefined ? 'hello made no snapshot call, so there was nothing to restore' : explainEnd(run);
      if (why !== undefined) process.stderr.write(`nanvix-v86: ${why}\n`);
    }
    await log('info', 'hello ended', { cold: result.cold.stages, restored: result.restored?.stages });
    setStatus(statusOf(result));
  });
}

/** A run without its second half has failed, whatever the first half's own status. */
function statusOf({ cold, restored }: HelloResult): number {
  const own = processStatus(cold.exitStatus) || processStatus(restored?.exitStatus ?? 0);
  return own === 0 && restored === undefined ? 1 : own;
}

async function print({ cold, restored }: HelloResult): Promise<void> {
  const { default: colors } = await import('picocolors');
  process.stdout.write(`${colors.bold('cold boot')}\n${cold.output}`);
  if (restored === undefined) return;
  process.stdout.write(`${colors.bold('restored at the snapshot call')}\n${restored.output}`);
  process.stdout.write(`${await comparison(cold, restored)}\n`);
}

async function comparison(cold: RunResult, restored: RunResult): Promise<string> {
  const [{ default: Table }, { default: colors }] = await Promise.all([
    import('cli-table3'),
    import('picocolors'),
  ]);
  const table = new Table({
    head: ['', 'cold boot', 'restore-boot', 'ratio'],
    colAligns: ['left', 'right', 'right', 'right'],
    style: { head: colors.isColorSupported ? ['bold'] : [], border: colors.isColorSupported ? ['gray'] : [] },
  });
  const row = (name: string, digits: number, pick: (run: RunResult) => number): void => {
    const format = new Intl.NumberFormat('en', {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
    const ratio = (pick(cold) / pick(restored)).toFixed(1);
    table.push([name, format.format(pick(cold)), format.format(pick(restored)), `${ratio} x`]);
  };
  row('instructions', 0, (run) => run.instructions);
  row('virtual ms', 3, (run) => run.virtualMs);
  row('wall ms', 1, (run) => run.wallMs);
  return table.toString();
}
