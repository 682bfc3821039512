"""Files as scripts handle them: trees, links, times, archives, logs that rotate, temporary files, text in encodings, and errors."""
import configparser
import csv
import errno
import filecmp
import glob
import logging.handlers
import mmap
import os
import pathlib
import shelve
import shutil
import stat
import sys
import tarfile
import tempfile
import zipfile

root = pathlib.Path(sys.argv[1])
root.mkdir(exist_ok=True)
os.chdir(root)
tree = root / 'tree'
(tree / 'sub' / 'deep').mkdir(parents=True)
(tree / 'text').write_text('hello ünï\n', encoding='utf-8')
(tree / 'sub' / 'bytes.bin').write_bytes(bytes(range(256)) * 40)
(tree / 'link').symlink_to('text')
(tree / 'text').chmod(0o640)
os.utime(tree / 'text', (1e9, 1.5e9))
status = (tree / 'text').stat()
print(stat.filemode(status.st_mode), status.st_size, status.st_mtime, status.st_nlink, os.readlink(tree / 'link'))
print(stat.filemode((tree / 'link').lstat().st_mode), (tree / 'link').resolve().name)
print(sorted(str(path.relative_to(tree)) for path in tree.rglob('*')))
print([(os.path.relpath(folder, tree), sorted(folders), sorted(files)) for folder, folders, files in sorted(os.walk(tree))])

for kind in ('gz', 'bz2', 'xz'):
    with tarfile.open(f'tree.tar.{kind}', f'w:{kind}') as archive:
        archive.add(tree, 'tree')
    with tarfile.open(f'tree.tar.{kind}') as archive:
        print(kind, [(member.name, member.type, oct(member.mode)) for member in archive.getmembers() if not member.isdir()])
        archive.extractall(kind)
    print(filecmp.dircmp(tree, root / kind / 'tree').diff_files, (root / kind / 'tree' / 'text').stat().st_mtime)
for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
    with zipfile.ZipFile('archive.zip', 'w', method) as archive:
        archive.writestr('folder/x.txt', 'x' * 1000)
        archive.write(tree / 'text', 'text')
    with zipfile.ZipFile('archive.zip') as archive:
        print(archive.testzip(), archive.namelist(), archive.read('text').decode())
shutil.unpack_archive(shutil.make_archive('made', 'gztar', tree), 'unpacked')
print(sorted(os.listdir('unpacked')), shutil.move('unpacked/text', 'moved'), os.path.exists('unpacked/text'))
shutil.rmtree('unpacked')
print(os.path.exists('unpacked'))

with tempfile.TemporaryDirectory(dir=root) as folder, tempfile.NamedTemporaryFile(dir=folder) as file:
    file.write(b'kept for a while')
    file.flush()
    print(os.path.getsize(file.name))
print(os.path.exists(folder))
with tempfile.SpooledTemporaryFile(10) as file:
    file.write(b'x' * 20)
    file.seek(0)
    print(len(file.read()))

log = logging.getLogger('log')
handler = logging.handlers.RotatingFileHandler('log', maxBytes=200, backupCount=2)
handler.setFormatter(logging.Formatter('%(levelname)s %(name)s %(message)s'))
log.addHandler(handler)
for number in range(20):
    log.warning('message %d', number)
try:
    1 / 0
except ZeroDivisionError:
    log.exception('went wrong')
handler.close()
print(sorted(glob.glob('log*')), pathlib.Path('log').read_text().splitlines()[-1])

with open('table.csv', 'w', newline='') as file:
    writer = csv.DictWriter(file, ['a', 'b'])
    writer.writeheader()
    writer.writerows([{'a': 'x,y', 'b': '"quoted"\nline'}, {'a': 1.5, 'b': None}])
print(pathlib.Path('table.csv').read_bytes(), list(csv.DictReader(open('table.csv', newline=''))))
settings = configparser.ConfigParser()
settings.read_string('[one]\nx = 1\ny = %(x)s2\n[two]\nz: yes\n')
print(settings['one']['y'], settings.getboolean('two', 'z'))
with shelve.open('shelf') as shelf:
    shelf['key'] = [1, 2]
with shelve.open('shelf') as shelf:
    print(dict(shelf))
with open('mapped', 'w+b') as file:
    file.write(b'0' * 8192)
    file.flush()
    with mmap.mmap(file.fileno(), 0) as memory:
        memory[4096:4100] = b'abcd'
    file.seek(4096)
    print(file.read(4), file.truncate(100), os.fstat(file.fileno()).st_size)
with open('utf-16', 'w', encoding='utf-16') as file:
    file.write('äöü€\U0001f600')
print(open('utf-16', encoding='utf-16').read(), open('utf-16', 'rb').read(4))
with open('lines', 'w', newline='\r\n') as file:
    file.write('a\nb\n')
print(open('lines', 'rb').read(), open('lines').readlines(), open('lines', newline='').readlines())
os.link('lines', 'again')
print(os.stat('again').st_nlink, os.path.samefile('lines', 'again'))
os.replace('again', 'lines')

for attempt in (lambda: open('nothing'), lambda: os.mkdir('tree'), lambda: os.rmdir('tree'), lambda: open('tree'),
                lambda: os.listdir('lines'), lambda: os.rename('nothing', 'else'), lambda: os.symlink('x', 'moved'),
                lambda: os.read(999, 1), lambda: open('utf-16', encoding='ascii').read()):
    try:
        attempt()
    except OSError as error:
        print(type(error).__name__, errno.errorcode[error.errno], error)
    except UnicodeError as error:
        print(error)
