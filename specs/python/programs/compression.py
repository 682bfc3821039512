"""What bzip2 and xz pack is unpacked here, and what is packed here is what they pack; archives by tarfile and zipfile."""
import base64
import bz2
import hashlib
import io
import lzma
import tarfile
import zipfile

text = ''.join(f'{n}: {n * n % 977}\n' for n in range(4000)).encode()

PACKED = {
    # printf '%s' 'packed by bzip2 1.0.8' | bzip2 -9, and the like by xz 5.4.1 with --format=xz and --format=lzma
    'bz2': (bz2.decompress, 'QlpoOTFBWSZTWdxwY4IAAAkZgEABcEA+KEAwIAAxTAATQiNNPUZDykSQAC93aelFFN8XckU4UJDccGOC'),
    'xz': (lzma.decompress, '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQARcGFja2VkIGJ5IHh6IDUuNC4xAAAAJRhdubW35HEAASoSSwhUvB+2830BAAAAAARZWg=='),
    'lzma': (lzma.decompress, 'XQAAgAD//////////wA4GEiZzVwcJQXkPJzJppTb4rMeW+2bG//720AA'),
}
for name, (unpack, data) in PACKED.items():
    print(name, unpack(base64.b64decode(data)))

print(hashlib.sha256(bz2.compress(text, 9)).hexdigest())
for pack, unpack in ((bz2.compress, bz2.decompress), (lzma.compress, lzma.decompress)):
    packed = pack(text)
    print(unpack(packed) == text, len(packed) < len(text) // 2)

for settings in (
    {'format': lzma.FORMAT_XZ, 'check': lzma.CHECK_SHA256, 'preset': 1},
    {'format': lzma.FORMAT_ALONE},
    {'format': lzma.FORMAT_XZ, 'filters': [{'id': lzma.FILTER_X86}, {'id': lzma.FILTER_LZMA2, 'dict_size': 1 << 16}]},
    {'format': lzma.FORMAT_XZ, 'filters': [{'id': lzma.FILTER_DELTA, 'dist': 4}, {'id': lzma.FILTER_LZMA2}]},
):
    print(lzma.decompress(lzma.compress(text, **settings)) == text)

pieces = bz2.BZ2Decompressor()
packed = bz2.compress(text) + b'rest'
done = b''.join(pieces.decompress(packed[i:i + 100]) for i in range(0, len(packed) - 4, 100))
print(done == text, pieces.eof)
for wrong in (b'no archive at all', lzma.compress(text)[:-5]):
    try:
        lzma.LZMAFile(io.BytesIO(wrong)).read()
    except (lzma.LZMAError, EOFError) as error:
        print(type(error).__name__, error)

for mode in ('bz2', 'xz', 'gz'):
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode=f'w:{mode}') as tar:
        member = tarfile.TarInfo('folder/numbers.txt')
        member.size = len(text)
        tar.addfile(member, io.BytesIO(text))
    archive.seek(0)
    with tarfile.open(fileobj=archive) as tar:
        print(mode, tar.getnames(), tar.extractfile('folder/numbers.txt').read() == text)
for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_DEFLATED):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, 'w', method) as zipped:
        zipped.writestr('numbers.txt', text)
    with zipfile.ZipFile(archive) as zipped:
        print(method, zipped.testzip(), zipped.read('numbers.txt') == text)
