/**
 * Writes images/cpython/function-order.txt: CPython's functions in the order in which hello first executes them, which
 * the variant `by-use` lays out next to one another. Run it when CPython or its flags change: `npm run images:order`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { ensureImages } from '../../images/index.ts';
import { functionOrderFile } from '../../images/cpython/function-order.ts';
import { boot } from '../guest/boot.ts';
import type { Guest } from '../guest/guest.ts';
import { HELLO } from '../guest/hello.ts';
import { stepToExit } from '../look/profile/index.ts';
import { readProgramFile } from '../guest/elf/program-file.ts';
import { SymbolTable } from '../guest/elf/symbol-table.ts';

const images = await ensureImages();
const program = readFileSync(images.python.symbols.path);
const functions = new Map(
  new SymbolTable(readProgramFile(program)).symbols
    .filter(({ kind }) => kind === 'function')
    .map(({ address, name }) => [address, name]),
);

function functionsByFirstUse(guest: Guest): string[] {
  const seen = new Set<string>();
  stepToExit(guest, (address, ring) => {
    const name = functions.get(address);
    if (name !== undefined && ring === 3) seen.add(name);
  });
  return [...seen];
}

const guest = await boot({ ...HELLO, images });
writeFileSync(functionOrderFile, `${functionsByFirstUse(guest).join('\n')}\n`);
guest.dispose();
