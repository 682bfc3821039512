/**
 * SQLite, for Python's `_sqlite3`. Its source is the one file that its authors recommend, the amalgamation. Debian's own source
 * of SQLite lacks that file and needs Tcl to make it; Debian's source of Perl's DBD::SQLite has it as SQLite's authors released it.
 */
import type { Library } from './recipe.ts';

/** What people expect of SQLite: what Debian's has and needs no other source. Extensions to load at run time it can't have. */
const features = [
  'SQLITE_ENABLE_COLUMN_METADATA',
  'SQLITE_ENABLE_DBSTAT_VTAB',
  'SQLITE_ENABLE_FTS3',
  'SQLITE_ENABLE_FTS3_PARENTHESIS',
  'SQLITE_ENABLE_FTS3_TOKENIZER',
  'SQLITE_ENABLE_FTS4',
  'SQLITE_ENABLE_FTS5',
  'SQLITE_ENABLE_MATH_FUNCTIONS',
  'SQLITE_ENABLE_RTREE',
  'SQLITE_ENABLE_STMTVTAB',
  'SQLITE_ENABLE_UNLOCK_NOTIFY',
  'SQLITE_LIKE_DOESNT_MATCH_BLOBS',
  'SQLITE_OMIT_LOAD_EXTENSION',
  'SQLITE_SECURE_DELETE',
  'SQLITE_SOUNDEX',
  'SQLITE_THREADSAFE',
  'SQLITE_USE_URI',
  // What configure finds out of libc.
  ...[
    'HAVE_FDATASYNC',
    'HAVE_GMTIME_R',
    'HAVE_LOCALTIME_R',
    'HAVE_USLEEP',
    'HAVE_STDINT_H',
    'HAVE_INTTYPES_H',
  ],
];

export const sqlite: Library = {
  name: 'sqlite',
  sources: ['sqlite3.c'],
  flags: [
    ...features.map((name) => `-D${name}=1`),
    '-DSQLITE_MAX_VARIABLE_NUMBER=250000',
    '-D_FILE_OFFSET_BITS=64',
  ],
  headers: { 'sqlite3.h': 'sqlite3.h', 'sqlite3ext.h': 'sqlite3ext.h' },
};
