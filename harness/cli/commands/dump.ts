/** `nanvix-v86 dump`: runs a program to its snapshot call and writes an ELF file that starts there. */
import { Command } from 'commander';
import { log } from '../log.ts';
import { checkOutputs, writeUserFile } from '../sink.ts';
import { ProcessInput, writeThrough } from '../standard-streams.ts';
import {
  addStartOptions,
  checkStart,
  plainGuests,
  startGuest,
  type StartOptionValues,
} from '../start-guest.ts';

interface DumpOptions extends StartOptionValues {
  readonly output: string;
}

/** Options of a guest that a dump refuses: it must see the program from its start. */
const REFUSED: ReadonlySet<string> = new Set(['restore', 'trustCompiled']);

export function dumpCommand(setStatus: (status: number) => void): Command {
  const command = new Command('dump')
    .description('run a program to its snapshot call and write an ELF file that starts there')
    .requiredOption('-o, --output <file>', 'the ELF file to write');
  addStartOptions(command);
  for (const option of command.options) if (REFUSED.has(option.attributeName())) option.hideHelp();
  return command.action(
    async (program: string | undefined, line: readonly string[], options: DumpOptions) => {
      const request = { program, commandLine: line.join(' '), values: options };
      checkStart(request, 'dump');
      if (options.restore !== undefined) {
        const { InputError } = await import('../../guest/errors.ts');
        throw new InputError(
          'a dump needs to see the program from its start: leave out --restore and name the program',
        );
      }
      checkOutputs({ '--output': options.output });
      await dumpProgram(request);
      setStatus(0);
    },
  );
}

async function dumpProgram(request: {
  readonly program: string | undefined;
  readonly commandLine: string;
  readonly values: DumpOptions;
}): Promise<void> {
  const stdin = new ProcessInput();
  try {
    const streams = { stdin, onOutput: (_: unknown, bytes: Uint8Array) => writeThrough('stderr', bytes) };
    const { made: guest } = await startGuest(request, streams, plainGuests);
    try {
      const { dumpGuest, dumpOf } = await import('../../dump/index.ts');
      const { elf, instructions, printed } = dumpOf(await dumpGuest(guest), request.program ?? '');
      if (!(await writeUserFile(request.values.output, elf))) return;
      const count = (number: number): string => number.toLocaleString('en');
      process.stderr.write(
        `${request.values.output}: ${count(elf.length)} bytes, at instruction ${count(instructions)} of a normal start\n`,
      );
      if (printed > 0) {
        await log(
          'warn',
          `the program had printed ${printed} bytes by then, which the dumped one does not print again`,
        );
      }
    } finally {
      guest.dispose();
    }
  } finally {
    stdin.close();
  }
}
