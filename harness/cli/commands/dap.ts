/** `nanvix-v86 dap`: the debug adapter on standard input and output, for an editor to start. */
import { Command } from 'commander';

export function dapCommand(setStatus: (status: number) => void): Command {
  return new Command('dap')
    .description('serve the Debug Adapter Protocol on standard input and output, for an editor to start')
    .action(async () => {
      const { serveEditor } = await import('../../debug/dap/index.ts');
      await serveEditor(process.stdin, process.stdout);
      setStatus(0);
    });
}
