/**
 * Writes what the programs of images/programs/libc say on a real processor, for machines that have none to ask:
 * `npm run libc:record`, on an x86-64 with Linux.
 */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RECORDED_ARGUMENTS } from './recorded.ts';
import type { RecordedSection } from './recorded.ts';
import { sayNatively, sectionsOf, textPrograms } from './programs.ts';

const place = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const sections: Record<string, Record<string, RecordedSection>> = {};
for (const name of textPrograms) {
  const said = sectionsOf(await sayNatively(name, 'upstream'));
  sections[name] = Object.fromEntries(
    [...said].map(([section, text]) => [
      section,
      { lines: text.split('\n').length - 1, sha256: createHash('sha256').update(text).digest('hex') },
    ]),
  );
}
writeFileSync(place('sections.json'), `${JSON.stringify(sections, undefined, 2)}\n`);
writeFileSync(place('math.txt'), await sayNatively('math', 'guest-math', String(RECORDED_ARGUMENTS)));
