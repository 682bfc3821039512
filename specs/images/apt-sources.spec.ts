/**
 * Where the Debian archive is, learned from a machine's apt configuration, other people's archives beside it.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  archiveCandidates,
  machineSuites,
  parseDeb822,
  parseOneLine,
  readAptEntries,
} from '../../images/toolchain/apt-sources.ts';

const wanted = { suites: ['bookworm', 'stable'], component: 'main' };

describe('the one-line format', () => {
  it('gives places, suites and components', () => {
    expect(parseOneLine('deb http://archive.test/debian bookworm main contrib\n')).toEqual([
      {
        uri: 'http://archive.test/debian',
        suites: ['bookworm'],
        components: ['main', 'contrib'],
        signedBy: undefined,
        trusted: false,
      },
    ]);
  });

  it('reads options in brackets', () => {
    const [entry] = parseOneLine(
      'deb [arch=amd64 signed-by=/k/a.gpg trusted=yes] http://archive.test/debian bookworm main',
    );
    expect(entry).toMatchObject({ uri: 'http://archive.test/debian', signedBy: '/k/a.gpg', trusted: true });
  });

  it('skips comments, blank lines and what it does not understand', () => {
    expect(parseOneLine('# deb http://archive.test/x bookworm main\n\nnonsense\n')).toEqual([]);
  });
});

describe('the deb822 format', () => {
  const text = [
    'Types: deb',
    '# a comment inside',
    'URIs: http://archive.test/debian http://mirror.test/debian',
    'Suites: bookworm bookworm-updates',
    'Components: main',
    'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg',
    '',
    'Enabled: no',
    'Types: deb',
    'URIs: http://disabled.test/debian',
    'Suites: bookworm',
    'Components: main',
  ].join('\n');

  it('gives an entry for each place, and none for what is disabled', () => {
    expect(parseDeb822(text).map((entry) => entry.uri)).toEqual([
      'http://archive.test/debian',
      'http://mirror.test/debian',
    ]);
    expect(parseDeb822(text)[0]).toMatchObject({
      suites: ['bookworm', 'bookworm-updates'],
      signedBy: '/usr/share/keyrings/debian-archive-keyring.gpg',
    });
  });

  it('leaves a key that is written into the file to apt', () => {
    const inline =
      'Types: deb\nURIs: http://a.test/debian\nSuites: bookworm\nComponents: main\nSigned-By:\n -----BEGIN PGP\n .\n abc';
    expect(parseDeb822(inline)[0]?.signedBy).toBeUndefined();
  });
});

describe('candidates for the archive', () => {
  it('leave out archives with other suites or components', () => {
    const entries = [
      ...parseOneLine(
        'deb https://cloud.test/apt cloud-sdk-bookworm main\ndeb http://sec.test/debian-security bookworm-security main',
      ),
      ...parseOneLine(
        'deb https://docker.test/linux bookworm stable\ndeb http://archive.test/debian bookworm main',
      ),
    ];
    expect(archiveCandidates(entries, wanted).map((entry) => entry.uri)).toEqual([
      'http://archive.test/debian',
    ]);
  });

  it("put the one with the distribution's own keyring first", () => {
    const entries = parseOneLine(
      'deb http://third.test/packages bookworm main\ndeb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://m.test/debian bookworm main',
    );
    expect(archiveCandidates(entries, wanted).map((entry) => entry.uri)).toEqual([
      'http://m.test/debian',
      'http://third.test/packages',
    ]);
  });

  it('name each place once', () => {
    const entries = parseOneLine(
      'deb http://a.test/debian bookworm main\ndeb-src http://a.test/debian bookworm main',
    );
    expect(archiveCandidates(entries, wanted)).toHaveLength(1);
  });
});

describe('a machine', () => {
  it('has its entries in both kinds of files', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'apt-'));
    try {
      mkdirSync(path.join(folder, 'sources.list.d'));
      writeFileSync(path.join(folder, 'sources.list'), 'deb http://one.test/debian bookworm main\n');
      writeFileSync(
        path.join(folder, 'sources.list.d', 'two.sources'),
        'Types: deb\nURIs: http://two.test/debian\nSuites: bookworm\nComponents: main\n',
      );
      writeFileSync(
        path.join(folder, 'sources.list.d', 'ignored.bak'),
        'deb http://three.test/debian bookworm main\n',
      );
      expect(readAptEntries(folder).map((entry) => entry.uri)).toEqual([
        'http://one.test/debian',
        'http://two.test/debian',
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('without apt has none', () => {
    expect(readAptEntries('/nonexistent')).toEqual([]);
  });

  it('may name its release by code name or alias', () => {
    expect(machineSuites('ID=debian\nVERSION_CODENAME=trixie\n')).toEqual(
      expect.arrayContaining(['trixie', 'stable']),
    );
  });
});
