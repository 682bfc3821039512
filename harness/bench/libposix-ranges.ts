/**
 * Where libposix lies in a linked program. Its functions for others are named after it; its static functions lie between
 * those, because the linker keeps a library's objects together, and are known by their names in its sources.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readProgramFile } from '../guest/elf/program-file.ts';
import { SymbolTable } from '../guest/elf/symbol-table.ts';

/** From `start` up to, but not including, `end`. */
export interface AddressRange {
  readonly start: number;
  readonly end: number;
}

const SOURCES = fileURLToPath(new URL('../../images/libposix/src/', import.meta.url));
const OWN_NAME = /^(nvx|fat|nanvix)_/;
const DEFINITION = /^static [^;={}]*?\b(\w+)\(/gm;

/** @param program The program's ELF file with its symbols. */
export function libposixRanges(program: Uint8Array): AddressRange[] {
  const statics = staticFunctions();
  const ranges: AddressRange[] = [];
  let inside = false;
  for (const { name, address, size, kind } of new SymbolTable(readProgramFile(program)).symbols) {
    if (kind !== 'function') continue;
    const plain = name.replace(/\.(cold|isra|part|constprop).*$/, '');
    inside = OWN_NAME.test(plain) || (inside && statics.has(plain));
    if (inside) ranges.push({ start: address, end: address + size });
  }
  return ranges;
}

function staticFunctions(): ReadonlySet<string> {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.c'),
  );
  const texts = files.map((file) => readFileSync(join(SOURCES, file), 'utf8'));
  return new Set(texts.flatMap((text) => [...text.matchAll(DEFINITION)].map((match) => match[1] ?? '')));
}
