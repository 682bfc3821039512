"""SQLite as programs use it: in memory, and in files that are closed, opened again, read by two connections and copied."""
import os
import sqlite3
import sys

FOLDER = sys.argv[1]
os.makedirs(FOLDER, exist_ok=True)


def fill(connection):
    connection.executescript('''
        CREATE TABLE author(id INTEGER PRIMARY KEY, name TEXT UNIQUE);
        CREATE TABLE book(title TEXT, year INTEGER, author REFERENCES author(id), notes TEXT);
    ''')
    with connection:
        connection.executemany('INSERT INTO author VALUES(?, ?)', [(1, 'Lem'), (2, 'Le Guin')])
        connection.executemany('INSERT INTO book VALUES(?, ?, ?, ?)', [
            ('Solaris', 1961, 1, '{"tags": ["sea", "mind"]}'),
            ('The Dispossessed', 1974, 2, '{"tags": ["moon"]}'),
            ('The Left Hand of Darkness', 1969, 2, '{"tags": ["ice"]}'),
        ])


memory = sqlite3.connect(':memory:')
memory.execute('PRAGMA foreign_keys = ON')
fill(memory)
memory.row_factory = sqlite3.Row
for row in memory.execute('''
        SELECT name, title, rank() OVER (PARTITION BY author ORDER BY year) AS place
        FROM book JOIN author ON author.id = author ORDER BY name, place'''):
    print(dict(row))
print([tuple(row) for row in memory.execute(
    "SELECT title, value FROM book, json_each(notes, '$.tags') WHERE year < 1970 ORDER BY value")])
try:
    with memory:
        memory.execute("INSERT INTO book VALUES('Nowhere', 1, 1, '{}')")
        memory.execute("INSERT INTO book VALUES('Nobody', 2, 99, '{}')")
except sqlite3.IntegrityError as error:
    print(error, memory.execute('SELECT count(*) FROM book').fetchone()[0])
memory.create_function('reverse', 1, lambda text: text[::-1], deterministic=True)
memory.create_collation('length', lambda a, b: len(a) - len(b))
print([row[0] for row in memory.execute('SELECT reverse(title) FROM book ORDER BY title COLLATE length')])
memory.execute('CREATE VIRTUAL TABLE words USING fts5(title)')
memory.execute('INSERT INTO words SELECT title FROM book')
print([row[0] for row in memory.execute("SELECT title FROM words WHERE words MATCH 'the AND d*' ORDER BY rank")])
print(memory.execute('SELECT round(sqrt(2), 6), 1e308 * 10, 9007199254740993').fetchone()[:3])

path = os.path.join(FOLDER, 'books.db')
for mode in ('delete', 'wal'):
    with open(path, 'wb'):
        pass
    one = sqlite3.connect(path)
    print(one.execute(f'PRAGMA journal_mode = {mode}').fetchone())
    fill(one)
    two = sqlite3.connect(path, timeout=0.01)
    one.execute('BEGIN IMMEDIATE')
    one.execute("UPDATE book SET year = year + 1 WHERE author = 1")
    print(two.execute('SELECT year FROM book WHERE author = 1').fetchone())
    try:
        two.execute('DELETE FROM book')
    except sqlite3.OperationalError as error:
        print(error)
    two.rollback()
    one.commit()
    print(two.execute('SELECT year FROM book WHERE author = 1').fetchone())
    two.close()
    one.close()
    print(sorted(os.listdir(FOLDER)))

big = sqlite3.connect(path)
with big:
    big.execute('CREATE TABLE number(n INTEGER PRIMARY KEY, text TEXT)')
    big.executemany('INSERT INTO number VALUES(?, ?)', ((n, f'{n * 7919 % 10007:05}') for n in range(5000)))
    big.execute('CREATE INDEX by_text ON number(text)')
print(big.execute("SELECT count(*), min(n), max(n) FROM number WHERE text BETWEEN '02000' AND '03000'").fetchone())
copy = sqlite3.connect(os.path.join(FOLDER, 'copy.db'))
big.backup(copy)
print(copy.execute('PRAGMA integrity_check').fetchone(), copy.execute('SELECT count(*) FROM number').fetchone())
print(sqlite3.connect(':memory:').deserialize(copy.serialize()))
copy.close()
big.close()
