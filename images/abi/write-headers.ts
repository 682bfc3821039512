/**
 * Writes the generated C headers into a directory: `tsx images/abi/write-headers.ts OUTDIR [S|M]` makes OUTDIR/nanvix/*.h.
 * The build engine calls the function; the command is for trying things by hand.
 */
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Era } from './eras.ts';
import { generatedHeaders } from './generate-c.ts';

/**
 * Writes every generated header.
 *
 * @param includeDirectory Directory for the compiler's `-I`; it and `nanvix/` in it are made if missing.
 * @returns Paths of the files written.
 */
export function writeHeaders(includeDirectory: string, era: Era): readonly string[] {
  return generatedHeaders(era).map((file) => {
    const target = path.join(includeDirectory, file.path);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, file.text);
    return target;
  });
}

const script = process.argv[1];
if (script !== undefined && realpathSync(script) === fileURLToPath(import.meta.url)) {
  const [, , directory, era = 'S'] = process.argv;
  if (directory === undefined || (era !== 'S' && era !== 'M')) {
    console.error('usage: tsx images/abi/write-headers.ts OUTDIR [S|M]');
    process.exitCode = 2;
  } else {
    for (const file of writeHeaders(directory, era)) console.log(file);
  }
}
