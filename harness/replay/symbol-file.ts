/** Makes a file with symbols small where it is compressed: its debug information, which a replay does not read, becomes zero. */
import { parseElf } from '../guest/elf/load-segments.ts';

/** A copy whose `.debug` sections are all zero; what is no ELF file comes back as it is. */
export function withoutDebugSections(file: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(file);
  try {
    for (const { name, off, size } of parseElf('symbols', copy).body.sections) {
      if (name.startsWith('.debug')) copy.fill(0, off, off + size);
    }
  } catch {
    return file;
  }
  return copy;
}
