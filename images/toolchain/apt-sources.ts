/**
 * Reads the machine's own apt configuration to learn where its Debian archive is. Pure functions over text, and one
 * that reads /etc/apt. Both formats: one-line (`deb [options] uri suite component`) and deb822 (`Types: deb`).
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A place that packages can come from, as apt's configuration names it. */
export interface ArchiveEntry {
  readonly uri: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
  /** Keyring's path; undefined where apt's trusted keys are meant. */
  readonly signedBy: string | undefined;
  /** The machine's owner told apt not to check signatures. */
  readonly trusted: boolean;
}

/** Entries of a file in the one-line format. Sources entries count like binary ones: only the place matters. */
export function parseOneLine(text: string): ArchiveEntry[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb(?:-src)?\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line);
    if (match === null) return [];
    const [, optionText = '', uri = '', suite = '', components = ''] = match;
    const options = new Map(
      optionText
        .split(/\s+/)
        .filter(Boolean)
        .map((option): [string, string] => {
          const [name = '', ...value] = option.split('=');
          return [name.toLowerCase(), value.join('=')];
        }),
    );
    return [
      {
        uri,
        suites: [suite],
        components: words(components),
        signedBy: options.get('signed-by'),
        trusted: options.get('trusted') === 'yes',
      },
    ];
  });
}

/** Entries of a file in the deb822 format; disabled ones are left out. */
export function parseDeb822(text: string): ArchiveEntry[] {
  const stanzas = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .split(/\n\s*\n/);
  return stanzas.flatMap((stanza) => {
    const fields = new Map<string, string>();
    let last = '';
    for (const line of stanza.split('\n')) {
      const field = /^([\w-]+):\s*(.*)$/.exec(line);
      if (field !== null) {
        last = (field[1] ?? '').toLowerCase();
        fields.set(last, field[2] ?? '');
      } else if (/^\s/.test(line) && last !== '')
        fields.set(last, `${fields.get(last) ?? ''}\n${line.trim()}`);
    }
    if (!words(fields.get('types') ?? '').some((type) => type === 'deb' || type === 'deb-src')) return [];
    if (fields.get('enabled')?.trim().toLowerCase() === 'no') return [];
    const signedBy = fields.get('signed-by')?.trim();
    return words(fields.get('uris') ?? '').map((uri) => ({
      uri,
      suites: words(fields.get('suites') ?? ''),
      components: words(fields.get('components') ?? ''),
      // A key written into the file itself can't be named; apt's trusted keys then have to do.
      signedBy: signedBy?.startsWith('/') === true ? signedBy : undefined,
      trusted: fields.get('trusted')?.trim().toLowerCase() === 'yes',
    }));
  });
}

function words(text: string): string[] {
  return text.split(/\s+/).filter(Boolean);
}

/**
 * The entries that can be a distribution's main archive, likeliest first: those with the suite of the machine's own
 * release (or an alias) and the component. Other people's archives have suites of their own; one that has not is told
 * apart later, by what its Release file says.
 */
export function archiveCandidates(
  entries: readonly ArchiveEntry[],
  wanted: { readonly suites: readonly string[]; readonly component: string },
): ArchiveEntry[] {
  const fitting = entries.filter(
    (entry) =>
      entry.components.includes(wanted.component) &&
      entry.suites.some((suite) => wanted.suites.includes(suite)),
  );
  const unique = fitting.filter((entry, i) => fitting.findIndex((other) => other.uri === entry.uri) === i);
  const rank = (entry: ArchiveEntry): number =>
    (entry.signedBy?.includes('archive-keyring') === true ? 0 : 2) + (/\/debian\/?$/.test(entry.uri) ? 0 : 1);
  return unique.sort((a, b) => rank(a) - rank(b));
}

/** All entries of a machine's apt configuration. A file that can't be read or understood counts as empty. */
export function readAptEntries(folder = '/etc/apt'): ArchiveEntry[] {
  const read = (file: string): string => {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return '';
    }
  };
  let parts: string[] = [];
  try {
    parts = readdirSync(path.join(folder, 'sources.list.d')).sort();
  } catch {
    // A machine without the folder has its entries in sources.list.
  }
  return [
    ...parseOneLine(read(path.join(folder, 'sources.list'))),
    ...parts.flatMap((name) => {
      const file = path.join(folder, 'sources.list.d', name);
      return name.endsWith('.sources')
        ? parseDeb822(read(file))
        : name.endsWith('.list')
          ? parseOneLine(read(file))
          : [];
    }),
  ];
}

/** The code name and the aliases under which the machine's release may be named in its apt configuration. */
export function machineSuites(osRelease: string): string[] {
  const codename = /^VERSION_CODENAME="?([\w-]+)"?$/m.exec(osRelease)?.[1];
  return [
    ...(codename === undefined ? [] : [codename]),
    'stable',
    'oldstable',
    'oldoldstable',
    'testing',
    'unstable',
    'sid',
  ];
}
