/**
 * Commands that take the place of a tool of Nanvix's: its words reach it as they are, and what it says and ends with is its own.
 */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { Command } from 'commander';

/** @param run Gives the exit status. */
export function nanvixTool(
  name: string,
  description: string,
  words: string,
  run: (words: readonly string[]) => Promise<number>,
): (setStatus: (status: number) => void) => Command {
  return (setStatus) =>
    new Command(name)
      .description(description)
      .argument('[words...]', words)
      .allowUnknownOption()
      .passThroughOptions()
      .helpOption(false)
      .action(async (given: readonly string[]) => {
        setStatus(await run(given));
      });
}

type Parsed<Options extends ParseArgsConfig['options']> = ReturnType<
  typeof parseArgs<{ args: string[]; options: Options; allowPositionals: true }>
>;

export const WRONG_OPTION = 'an option that is not known, or lacks its value';

/** The words taken apart; undefined, which is told by {@link WRONG_OPTION}, where they cannot be. */
export function parseWords<Options extends ParseArgsConfig['options']>(
  words: readonly string[],
  options: Options,
): Parsed<Options> | undefined {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true });
  } catch {
    return undefined;
  }
}
