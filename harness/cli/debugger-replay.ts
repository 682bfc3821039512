/**
 * The debugger's command `replay`: writes the run up to where the guest stands as a page that runs it again in a browser. It belongs
 * to the command line, because the debugger knows nothing of replays.
 */
import type { DebugCommand } from '../debug/commands/command.ts';
import { describeStop } from '../debug/commands/describe-stop.ts';
import { InputError } from '../guest/errors.ts';
import { replaceUserFile } from './sink.ts';

/** @param values The options that the guest was started with. */
export function debuggerReplay(
  commandLine: string,
  values: { readonly mount?: string | undefined },
): DebugCommand {
  return {
    name: 'replay',
    usage: 'FILE',
    help: 'write the run up to here as one HTML file, which runs it again in a browser',
    run: async ({ session, print }, [file]) => {
      if (file === undefined) throw new InputError('name the HTML file that is to be written');
      const [{ checkReplayable, recordRun, renderReplay }, { symbolFilesOf }] = await Promise.all([
        import('../replay/index.ts'),
        import('../snapshots/find-symbols.ts'),
      ]);
      checkReplayable(values);
      const { guest, timeline } = session;
      // History starts at a snapshot, whether the guest was booted or restored.
      const { snapshot } = timeline.checkpoints.start;
      const run = recordRun(
        guest,
        { kind: 'snapshot', snapshot },
        {
          title: [guest.identity.program.name, commandLine].filter(Boolean).join(' '),
          end: describeStop(session, session.last),
          symbols: await symbolFilesOf(guest),
        },
      );
      await replaceUserFile(file, await renderReplay(run));
      print(`${file}: open it in a browser`);
    },
  };
}
