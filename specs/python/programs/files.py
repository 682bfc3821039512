"""Files as programs handle them: trees, links, locks, holes, positions, vectors, temporary ones, times, modes, refusals."""

import errno
import fcntl
import filecmp
import fileinput
import fnmatch
import glob
import io
import linecache
import mmap
import os
import pathlib
import shutil
import stat
import sys
import tarfile
import tempfile
import time

FOLDER = pathlib.Path(sys.argv[1]) / 'f'
FOLDER.mkdir(parents=True)
os.chdir(FOLDER)
os.umask(0o022)


def refused(call, *values, **named):
    try:
        print('accepted', call(*values, **named))
    except OSError as error:
        print(type(error).__name__, errno.errorcode[error.errno], error.filename and os.path.basename(str(error.filename)))


tree = pathlib.Path('tree')
for name, text in {'a.txt': 'A', 'sub/b.txt': 'B' * 5000, 'sub/deep/c.bin': '\0', 'ü/ß.txt': 'x'}.items():
    (tree / name).parent.mkdir(parents=True, exist_ok=True)
    (tree / name).write_text(text)
(tree / 'link').symlink_to('sub/b.txt')
(tree / 'broken').symlink_to('nowhere')
os.link(tree / 'a.txt', tree / 'hard')
os.chmod(tree / 'a.txt', 0o640)
os.utime(tree / 'sub/b.txt', ns=(1_000_000_000_123_456_789, 1_100_000_000_987_654_321))
shutil.copytree(tree, 'copy', symlinks=True, ignore=shutil.ignore_patterns('*.bin'))
print(sorted(str(one.relative_to('copy')) for one in pathlib.Path('copy').rglob('*')))
print(
    oct(os.stat('copy/a.txt').st_mode),
    os.stat('copy/sub/b.txt').st_mtime_ns,
    os.readlink('copy/link'),
    os.stat(tree / 'hard').st_nlink,
)
compared = filecmp.dircmp('tree', 'copy')
print(
    compared.left_only,
    compared.common_dirs,
    compared.subdirs['sub'].left_only,
    filecmp.cmp('tree/a.txt', 'copy/a.txt', shallow=False),
)
refused(shutil.copytree, tree, 'copy')
try:
    shutil.copytree(tree, 'copy2')
except shutil.Error as error:
    print([os.path.basename(one[0]) for one in error.args[0]])
for form in ('gztar', 'xztar', 'zip'):
    packed = shutil.make_archive('packed', form, '.', 'tree')
    shutil.unpack_archive(packed, 'from_' + form)
    print(
        os.path.basename(packed),
        (pathlib.Path('from_' + form) / 'tree/sub/b.txt').stat().st_size,
        os.path.islink(f'from_{form}/tree/link'),
    )
with tarfile.open('packed.tar.gz') as tar:
    print(sorted((one.name, oct(one.mode), one.type) for one in tar)[:4])
print(shutil.move('copy/a.txt', 'copy/sub'), shutil.disk_usage('.').total > 0, shutil.which('nothing'))
shutil.rmtree('copy')
refused(shutil.rmtree, 'copy')

print(sorted((root, sorted(folders), sorted(files)) for root, folders, files in os.walk('tree', topdown=False)))
with os.scandir('tree') as entries:
    print(sorted((one.name, one.is_dir(), one.is_symlink(), one.is_file(follow_symlinks=False)) for one in entries))
print(
    sorted(glob.glob('**/*.txt', root_dir='tree', recursive=True)),
    sorted(map(str, tree.glob('*/'))),
    fnmatch.filter(['a1', 'b1'], '[!b]?'),
)
print(
    pathlib.PurePath('a/../b//c.tar.gz').suffixes,
    tree.joinpath('../tree').resolve() == tree.resolve(),
    os.path.realpath('tree/link').endswith('sub/b.txt'),
    os.path.samefile('tree/a.txt', 'tree/hard'),
)
for call, *values in (
    (os.rmdir, 'tree'),
    (os.mkdir, 'tree'),
    (os.unlink, 'tree'),
    (open, 'tree'),
    (open, 'tree/a.txt/x'),
    (os.rename, 'tree', 'tree/sub/x'),
    (os.symlink, 'x', 'tree/link'),
    (os.link, 'tree', 'y'),
    (os.readlink, 'tree/a.txt'),
    (os.truncate, 'tree', 0),
    (os.listdir, 'tree/a.txt'),
    (os.stat, 'n' * 300),
    (os.open, 'tree/link', os.O_NOFOLLOW),
    (os.open, 'tree/a.txt', os.O_CREAT | os.O_EXCL),
    (os.chdir, 'none'),
):
    refused(call, *values)
os.symlink('loop', 'loop')
refused(open, 'loop')
os.rename('tree/hard', 'tree/a.txt')
print(os.path.exists('tree/hard'), os.replace('tree/ü/ß.txt', 'tree/ß'), os.listdir(b'tree/\xc3\xbc'))

with open('log', 'w+b') as file:
    print(
        file.write(b'0123456789'),
        os.pwrite(file.fileno(), b'XY', 3),
        file.seek(-3, io.SEEK_END),
        file.read(),
        os.pread(file.fileno(), 4, 2),
    )
    print(
        os.writev(file.fileno(), [b'ab', b'', b'cd']),
        file.tell(),
        file.truncate(5),
        os.fstat(file.fileno()).st_size,
        os.preadv(file.fileno(), [bytearray(2), buffer := bytearray(9)], 0),
        buffer,
    )
    file.seek(1 << 20)
    file.write(b'end')
    file.flush()
    print(os.fstat(file.fileno()).st_size, os.lseek(file.fileno(), 100, os.SEEK_SET), file.read(3))
    os.posix_fallocate(file.fileno(), 0, 2 << 20)
    os.ftruncate(file.fileno(), 8)
    with mmap.mmap(file.fileno(), 0) as view:
        view[0:2] = b'MM'
        print(view[:], view.find(b'XY'), len(view), view.rfind(b'M'))
        view.move(4, 0, 2)
        view.flush()
    file.seek(0)
    print(file.read())
    fcntl.flock(file, fcntl.LOCK_EX)
    fcntl.flock(file, fcntl.LOCK_UN)
    fcntl.lockf(file, fcntl.LOCK_EX, 4, 0)
    print(fcntl.fcntl(file, fcntl.F_GETFD) == fcntl.FD_CLOEXEC, fcntl.fcntl(file, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDWR)
with open('appended', 'ab', buffering=0) as one, open('appended', 'ab', buffering=0) as two:
    for number in range(3):
        one.write(b'1')
        two.write(b'2')
print(open('appended').read(), os.stat('appended').st_blocks > 0)
with open('lines.txt', 'w', newline='') as file:
    file.write('a\r\nb\rc\n')
for newline in (None, '', '\n', '\r\n'):
    with open('lines.txt', newline=newline) as file:
        print(repr(newline), file.readlines(), file.newlines)
with fileinput.input('lines.txt', inplace=True) as lines:
    for line in lines:
        print(lines.lineno(), line, end='')
print(repr(linecache.getline('lines.txt', 2)), open('lines.txt', encoding='utf-16', errors='replace').errors)
with open('lines.txt', 'rb') as file:
    copy = os.dup(file.fileno())
    file.read(2)
    print(os.lseek(copy, 0, os.SEEK_CUR) >= 2, os.get_inheritable(copy))
    os.close(copy)
refused(os.close, copy)
refused(os.read, os.open('lines.txt', os.O_WRONLY), 1)
with tempfile.TemporaryDirectory(dir='.') as name, tempfile.NamedTemporaryFile('w+', dir=name, suffix='.tmp') as file:
    file.write('text')
    file.flush()
    print(oct(os.stat(name).st_mode), oct(os.stat(file.name).st_mode), os.path.getsize(file.name), file.name.endswith('.tmp'))
print(os.path.exists(name), os.path.exists(file.name))
with tempfile.SpooledTemporaryFile(max_size=10) as file:
    file.write(b'small')
    print(file._rolled, file.write(b'too much now'), file._rolled, file.seek(0), file.read())
with tempfile.TemporaryFile() as file:
    print(os.fstat(file.fileno()).st_nlink, file.write(b'x'))
before = os.stat('log').st_mtime_ns
time.sleep(0.02)
pathlib.Path('log').touch()
print(os.stat('log').st_mtime_ns > before, stat.filemode(os.lstat('loop').st_mode), stat.S_ISDIR(os.stat('.').st_mode))
folder = os.open('tree', os.O_RDONLY | os.O_DIRECTORY)
print(
    sorted(os.listdir(folder)),
    os.stat('a.txt', dir_fd=folder).st_size,
    os.open('sub/new', os.O_CREAT | os.O_WRONLY, 0o666, dir_fd=folder) > 0,
    oct(os.stat('tree/sub/new').st_mode),
)
os.rename('sub/new', 'moved', src_dir_fd=folder, dst_dir_fd=folder)
os.unlink('moved', dir_fd=folder)
print(os.access('a.txt', os.X_OK, dir_fd=folder), os.path.exists('tree/moved'))
file = open('gone', 'w+')
os.unlink('gone')
file.write('still here')
file.seek(0)
print(file.read(), os.fstat(file.fileno()).st_nlink)
os.mkfifo('fifo')
print(stat.S_ISFIFO(os.stat('fifo').st_mode), os.path.getsize('/dev/null'), os.isatty(1))
reader = os.open('fifo', os.O_RDONLY | os.O_NONBLOCK)
writer = os.open('fifo', os.O_WRONLY)
print(os.write(writer, b'through'), os.read(reader, 9))
