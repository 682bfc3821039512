/** `nanvix-v86 replay`: runs a program and writes a page that runs it again in a browser. */
import { Command } from 'commander';
import type { Guest } from '../../guest/guest.ts';
import type { RunResult } from '../../guest/result.ts';
import type { RunStart } from '../../replay/index.ts';
import { explainEnd, processStatus } from '../report.ts';
import { checkOutputs, writeUserFile } from '../sink.ts';
import { ProcessInput, writeThrough } from '../standard-streams.ts';
import { addStartOptions, checkStart, startGuest } from '../start-guest.ts';
import type { GuestMaker, StartOptionValues } from '../start-guest.ts';

interface ReplayOptions extends StartOptionValues {
  readonly output: string;
}

/** A guest, and what its run is a function of. */
interface Beginning {
  readonly guest: Guest;
  readonly from: RunStart;
}

const beginnings: GuestMaker<
  { readonly onOutput: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void },
  Beginning
> = {
  boot: async (options) => {
    const { bootPlanned, planBoot } = await import('../../guest/boot.ts');
    const plan = await planBoot(options);
    return { guest: await bootPlanned(plan), from: { kind: 'boot', plan } };
  },
  restore: async (snapshot, options) => {
    const { restoreSnapshot } = await import('../../guest/restore.ts');
    return { guest: await restoreSnapshot(snapshot, options), from: { kind: 'snapshot', snapshot } };
  },
};

export function replayCommand(setStatus: (status: number) => void): Command {
  const command = new Command('replay')
    .description('run a program and write a page that runs it again in a browser, forwards and backwards')
    .requiredOption('-o, --output <file>', 'the HTML file to write');
  return addStartOptions(command).action(
    async (program: string | undefined, line: readonly string[], options: ReplayOptions) => {
      const result = await replayProgram(program, line.join(' '), options);
      const why = explainEnd(result);
      if (why !== undefined) process.stderr.write(`nanvix-v86: ${why}\n`);
      setStatus(processStatus(result.exitStatus));
    },
  );
}

async function replayProgram(
  program: string | undefined,
  commandLine: string,
  options: ReplayOptions,
): Promise<RunResult> {
  const request = { program, commandLine, values: options };
  checkStart(request, 'replay');
  checkOutputs({ '--output': options.output });
  const stdin = new ProcessInput();
  try {
    const { made } = await startGuest(request, { stdin, onOutput: writeThrough }, beginnings);
    const { guest, from } = made;
    try {
      const result = guest.result(await guest.runToEnd());
      const [{ endText, recordRun, renderReplay }, { symbolFilesOf }] = await Promise.all([
        import('../../replay/index.ts'),
        import('../../snapshots/find-symbols.ts'),
      ]);
      const run = recordRun(guest, from, {
        title: [guest.identity.program.name, commandLine].filter(Boolean).join(' '),
        end: endText(result.outcome),
        ...(from.kind === 'snapshot' && { symbols: await symbolFilesOf(guest) }),
      });
      await writeUserFile(options.output, await renderReplay(run));
      return result;
    } finally {
      guest.dispose();
    }
  } finally {
    stdin.close();
  }
}
