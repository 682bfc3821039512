"""SQLite under load of rules: triggers, a write-ahead log with two connections, backup, blobs, serialized databases, refusals."""
import datetime
import os
import sqlite3
import sys
import threading

FOLDER = sys.argv[1]
os.makedirs(FOLDER, exist_ok=True)
path = os.path.join(FOLDER, 'ledger.db')
sqlite3.register_adapter(datetime.datetime, lambda time: time.isoformat(' '))
sqlite3.register_converter('moment', lambda text: datetime.datetime.fromisoformat(text.decode()))
db = sqlite3.connect(path, detect_types=sqlite3.PARSE_DECLTYPES)
print(db.execute('PRAGMA journal_mode = wal').fetchone())
db.executescript('''
    CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, count INT CHECK(count >= 0), since moment);
    CREATE TABLE history(line TEXT);
    CREATE TRIGGER changed AFTER UPDATE OF count ON item
        BEGIN INSERT INTO history VALUES(old.name || ': ' || old.count || ' -> ' || new.count); END;
    CREATE VIEW rare AS SELECT name FROM item WHERE count < 5;
    CREATE INDEX by_count ON item(count);
''')
with db:
    db.executemany('INSERT INTO item(name, count, since) VALUES(?, ?, ?)',
                   [(name, count, datetime.datetime(2026, 1, 1 + count)) for count, name in enumerate('abcdefgh')])
    db.execute('UPDATE item SET count = count + 10 WHERE count % 2 = 0')
print(db.execute('SELECT * FROM history').fetchall())
print(db.execute('SELECT name, since FROM item LIMIT 2').fetchall())
print(db.execute('SELECT * FROM rare ORDER BY 1').fetchall())
for wrong in ("INSERT INTO item(name) VALUES('a')", "INSERT INTO item(name, count) VALUES('z', -1)",
              'INSERT INTO item(count) VALUES(1)', 'SELECT * FROM nothing', 'SELEC 1'):
    try:
        with db:
            db.execute("INSERT INTO item(name, count) VALUES('undone', 1)")
            db.execute(wrong)
    except sqlite3.Error as error:
        print(type(error).__name__, error.sqlite_errorname, error)
print(db.execute("SELECT count(*) FROM item WHERE name = 'undone'").fetchone())
print(db.execute('''INSERT INTO item(name, count) VALUES('a', 7)
    ON CONFLICT(name) DO UPDATE SET count = excluded.count RETURNING id, count''').fetchall())
db.commit()
print(db.execute('EXPLAIN QUERY PLAN SELECT * FROM item WHERE count = 3').fetchone()[3])
print(db.execute('''WITH RECURSIVE fib(a, b) AS (SELECT 0, 1 UNION ALL SELECT b, a + b FROM fib LIMIT 10)
    SELECT group_concat(a) FROM fib''').fetchone())
print(db.execute("""SELECT '{"a": {"c": 5}}' ->> '$.a.c', json_group_array(count), json('{"x" : 1}') FROM item""").fetchone())

other = sqlite3.connect(path, timeout=0.1)
db.execute('BEGIN IMMEDIATE')
try:
    other.execute('BEGIN IMMEDIATE')
except sqlite3.OperationalError as error:
    print(error, other.execute('SELECT count(*) FROM item').fetchone())
db.commit()
refused = []


def use_elsewhere():
    try:
        db.execute('SELECT 1')
    except sqlite3.ProgrammingError as error:
        refused.append(str(error).split('.')[0])


thread = threading.Thread(target=use_elsewhere)
thread.start()
thread.join()
print(refused)
print(other.execute('PRAGMA wal_checkpoint(truncate)').fetchone(), other.execute('PRAGMA integrity_check').fetchone())
other.close()

memory = sqlite3.connect(':memory:')
left = []
db.backup(memory, pages=3, progress=lambda status, remaining, total: left.append(remaining))
print(len(left), left[-1], memory.execute('SELECT count(*) FROM item').fetchone())
print([line for line in memory.iterdump() if 'TRIGGER' in line][0][:40])
db.close()
print(sorted(name for name in os.listdir(FOLDER) if name.startswith('ledger')))

blobs = sqlite3.connect(':memory:')
blobs.execute('CREATE TABLE blob(content)')
blobs.execute('INSERT INTO blob VALUES(zeroblob(10))')
with blobs.blobopen('blob', 'content', 1) as blob:
    blob.write(b'hello')
    blob.seek(0)
    print(blob.read(5), len(blob))
blobs.commit()
copy = sqlite3.connect(':memory:')
copy.deserialize(blobs.serialize())
print(copy.execute('SELECT content FROM blob').fetchone())

read_only = sqlite3.connect(f'file:{path}?mode=ro', uri=True)
try:
    read_only.execute('DELETE FROM item')
except sqlite3.OperationalError as error:
    print(error)
read_only.close()
for mode in ('truncate', 'persist', 'memory', 'off'):
    with sqlite3.connect(os.path.join(FOLDER, 'modes.db')) as modes:
        modes.execute(f'PRAGMA journal_mode = {mode}')
        modes.execute('CREATE TABLE IF NOT EXISTS line(text)')
        modes.executemany('INSERT INTO line VALUES(?)', ((f'{mode} {number}',) for number in range(500)))
    print(mode, modes.execute('SELECT count(*) FROM line').fetchone())
    modes.close()
