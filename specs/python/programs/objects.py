"""Bytes, garbage, classes with rules, patterns, orders, chance by a seed, numbers of all kinds, times, and text in scripts of the world."""

import abc
import array
import bisect
import calendar
import cmath
import collections
import contextlib
import contextvars
import copy
import dataclasses
import datetime
import difflib
import enum
import fractions
import functools
import gc
import graphlib
import hashlib
import heapq
import hmac
import ipaddress
import itertools
import locale
import math
import operator
import pprint
import random
import re
import reprlib
import statistics
import string
import struct
import sys
import textwrap
import tracemalloc
import types
import typing
import unicodedata
import uuid
import weakref
import zlib

numbers = array.array('i', range(10))
view = memoryview(numbers)[2:8:2]
view[0] = -1
print(numbers, view.tolist(), view.contiguous, view.strides, memoryview(b'abcdef').cast('B', (2, 3)).tolist())
numbers.byteswap()
print(
    numbers[1],
    array.array('u', 'äb').tounicode(),
    struct.pack('<hIqd?5s', -1, 2, -3, 0.1, True, b'ab').hex(),
    struct.calcsize('=lq'),
)
packed = bytearray(16)
struct.pack_into('>f4xI', packed, 2, 1.5, 7)
print(packed.hex(' ', 4), list(struct.iter_unpack('<HH', b'\1\0\2\0\3\0\4\0')))
for wrong in (
    lambda: struct.pack('B', 256),
    lambda: memoryview(b'a')[0:0].cast('i')[0],
    lambda: b'a' + 'b',
    lambda: bytearray(3).__setitem__(9, 1),
    lambda: array.array('b', [200]),
):
    try:
        wrong()
    except Exception as error:
        print(type(error).__name__, error)


class Node:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print('del', self.name)


one, two = Node('one'), Node('two')
one.other, two.other = two, one
reference = weakref.ref(one, lambda _: print('gone'))
weakref.finalize(two, print, 'finalized')
del one, two
gc.collect()
print(reference() is None, len(weakref.WeakValueDictionary({1: Node('kept?')})))


class Shape(abc.ABC):
    def __init_subclass__(cls, /, sides, **more):
        super().__init_subclass__(**more)
        cls.sides = sides

    @property
    @abc.abstractmethod
    def area(self): ...


@dataclasses.dataclass(kw_only=True)
class Square(Shape, sides=4):
    width: float = 1.0
    tags: list = dataclasses.field(default_factory=list, repr=False, compare=False)

    @property
    def area(self):
        return self.width**2


print(Square(width=2), Square.sides, dataclasses.replace(Square(), width=3).area, dataclasses.asdict(Square(tags=[1])))
try:
    Shape()
except TypeError as error:
    print(error)


class Color(enum.Flag, boundary=enum.STRICT):
    RED = enum.auto()
    GREEN = enum.auto()
    BLUE = enum.auto()
    WHITE = RED | GREEN | BLUE


class Level(enum.StrEnum):
    LOW = enum.auto()


print(Color.WHITE & ~Color.RED, list(Color.WHITE), Color(3), Level.LOW, f'{Level.LOW:>5}', repr(Level('low')))


@functools.singledispatch
def show(value):
    return 'any'


@show.register
def _(value: int | float):
    return 'number'


@show.register
def _(value: collections.abc.Sequence):
    return 'sequence'


def matched(value):
    match value:
        case {'kind': 'point', 'at': [x, y, *rest], **more} if x == y:
            return x, rest, more
        case Square(width=w) | [Square(width=w)]:
            return w
        case str() as text:
            return text.upper()
        case (1 | 2) as small:
            return small
        case _:
            return None


print(
    show(1),
    show([1]),
    show({1}),
    [matched(one) for one in ({'kind': 'point', 'at': (1, 1, 2), 'z': 0}, [Square(width=7)], 'a', 2, None)],
)


@functools.lru_cache(maxsize=100)
def ways(n):
    return 1 if n < 2 else ways(n - 1) + ways(n - 2)


print(ways(90), ways.cache_info(), functools.reduce(operator.xor, range(100)), list(itertools.accumulate([3, 1, 4], max)))
with contextlib.ExitStack() as stack:
    for number in range(3):
        stack.callback(print, 'closing', number)
    stack.enter_context(contextlib.suppress(KeyError))
    {}[1]
try:
    raise ExceptionGroup('all', [ValueError(1), ExceptionGroup('inner', [TypeError(2), OSError(2, 'no')])])
except* (ValueError, OSError) as group:
    print(group, group.exceptions)
except* TypeError as group:
    print(repr(group))
variable = contextvars.ContextVar('variable', default=0)
context = contextvars.copy_context()
print(context.run(lambda: (variable.set(5), variable.get())[1]), variable.get(), context[variable])
heap = [5, 1, 4]
heapq.heapify(heap)
print(
    heapq.nsmallest(2, heap),
    heapq.heappushpop(heap, 0),
    list(heapq.merge([1, 4], [2, 3])),
    bisect.bisect([1, 2, 2, 3], 2),
    list(graphlib.TopologicalSorter({'a': 'b', 'b': 'c'}).static_order()),
)
print(
    collections.Counter('mississippi').most_common(2),
    collections.ChainMap({'a': 1}, {'a': 2, 'b': 3})['b'],
    collections.deque(range(5), 3),
    collections.OrderedDict(a=1).popitem(),
)
pprint.pprint({'list': list(range(30)), 'nested': {'x' * 20: ['y' * 30] * 3}, 'set': {3, 1, 2}}, width=60)
print(
    reprlib.repr(list(range(100))),
    textwrap.fill('The quick brown fox jumps over the lazy dog', 20, subsequent_indent='  '),
    string.Template('$a ${b}c $$').safe_substitute(a=1),
)
print(
    '\n'.join(difflib.unified_diff('a b c'.split(), 'a x c'.split(), 'old', 'new', lineterm='')),
    difflib.get_close_matches('appel', ['ape', 'apple', 'peach']),
)

random.seed(2026)
print(
    random.random(),
    random.randrange(10**20),
    random.sample(range(100), 5),
    random.gauss(0, 1),
    random.choices('abc', [1, 2, 3], k=5),
    random.getrandbits(70),
    random.shuffle(order := list(range(9))),
    order,
)
random.seed('text')
print(
    random.uniform(1, 2),
    random.triangular(),
    random.betavariate(2, 3),
    random.expovariate(1.5),
    random.vonmisesvariate(1, 2),
    random.paretovariate(3),
    random.weibullvariate(1, 2),
    random.lognormvariate(0, 1),
    random.gammavariate(2, 1),
)
print(
    statistics.fmean([1, 2, 4]),
    statistics.stdev([1.5, 2.5, 4]),
    statistics.quantiles(range(10)),
    statistics.linear_regression([1, 2, 3], [2, 4.1, 6]),
    statistics.NormalDist(1, 2).cdf(0.5),
    statistics.correlation([1, 2, 3], [1, 3, 2]),
)
print(
    fractions.Fraction('3.125') / 7,
    fractions.Fraction(math.pi).limit_denominator(1000),
    math.comb(60, 30),
    math.isqrt(10**41),
    math.nextafter(1, 2),
    math.ulp(1e300),
    math.dist((1, 2), (4, 6)),
    math.hypot(1e200, 1e200),
    math.fsum([0.1] * 10),
    math.remainder(10, 3),
)
print(
    [
        f'{getattr(math, name)(0.7):.14g}'
        for name in (
            'sin',
            'cos',
            'tan',
            'asin',
            'acos',
            'atan',
            'sinh',
            'cosh',
            'tanh',
            'exp',
            'expm1',
            'log',
            'log1p',
            'log2',
            'log10',
            'sqrt',
            'cbrt',
            'gamma',
            'lgamma',
            'erf',
            'erfc',
        )
    ]
)
print(
    cmath.exp(1 + 2j),
    cmath.sqrt(-1),
    (1 + 2j) ** 0.5,
    2**0.5,
    10**-5,
    7 // -2,
    divmod(-7, 2.5),
    round(2.675, 2),
    round(-2.5),
    float('1e-320'),
    1e22,
    1e16,
    123456789.123456789,
    5e-324 / 2,
    float.fromhex('0x1.8p3'),
    (0.1).as_integer_ratio(),
)
print(
    f'{1234567.891:,.2f} {0.000123:e} {255:#x} {255:08b} {-5:+} {1e10:g} {0.1:.25f} {12345:_} {3.0!r:>6} {True:d} {"ü":*^5} {1.5:%}',
    '%5.1f|%-5s|%05d|%x|%r' % (2.25, 'a', 42, 255, 'q'),
)
print(
    2**1000 % 1000007,
    pow(3, -1, 7),
    (10**50).bit_length(),
    int('zz', 36),
    int.from_bytes(b'\xff\xfe', 'little', signed=True),
    (-12).to_bytes(3, 'big', signed=True),
    10**30 // 7**10,
    hash(1.0) == hash(1),
)
print(
    hashlib.sha3_256(b'a').hexdigest()[:16],
    hashlib.blake2b(b'a', digest_size=8, key=b'k').hexdigest(),
    hmac.new(b'k', b'm', 'sha256').hexdigest()[:16],
    zlib.crc32(b'abc'),
    zlib.adler32(b'abc'),
)
print(
    uuid.uuid5(uuid.NAMESPACE_DNS, 'nanvix.org'),
    uuid.UUID(int=5).hex,
    uuid.uuid4().version,
    ipaddress.ip_network('10.0.0.0/30').num_addresses,
    list(ipaddress.ip_network('10.0.0.0/30').hosts()),
    ipaddress.ip_address('::ffff:1.2.3.4').ipv4_mapped,
)
print(
    datetime.date(2024, 2, 29) + datetime.timedelta(365),
    datetime.datetime(2026, 11, 29, 1, 2, 3, 4).isoformat(),
    datetime.datetime.fromisoformat('2026-11-29T01:02:03+05:30').astimezone(datetime.timezone.utc),
    datetime.datetime.strptime('29 Nov 26 1:02PM', '%d %b %y %I:%M%p'),
    datetime.date(2026, 1, 1).isocalendar(),
    datetime.timedelta(days=-1, seconds=1),
)
print(
    calendar.month(2026, 2),
    calendar.monthrange(2024, 2),
    datetime.datetime.fromtimestamp(2**33, datetime.timezone.utc),
    datetime.datetime(1, 1, 1).strftime('%A %j %U'),
)
print(
    unicodedata.name('ſ'),
    unicodedata.normalize('NFKD', 'ﬁé①'),
    'ß'.upper(),
    'İ'.lower(),
    'ΑΣ'.lower(),
    '٣'.isdigit(),
    int('٣'),
    'ǅ'.title(),
    'a\u0301'.isidentifier(),
    sorted('äaZz'),
    len('👩‍👩‍👧'),
    'straße'.casefold(),
    unicodedata.east_asian_width('漢'),
    unicodedata.unidata_version,
)
for encoding in (
    'utf-8',
    'utf-16-be',
    'utf-7',
    'latin-1',
    'cp1252',
    'shift_jis',
    'euc_jp',
    'gb18030',
    'big5',
    'euc_kr',
    'iso2022_jp',
    'koi8_r',
    'ascii',
):
    text = (
        '漢字'
        if encoding in ('shift_jis', 'euc_jp', 'gb18030', 'big5', 'euc_kr', 'iso2022_jp')
        else 'Ж' if encoding == 'koi8_r' else 'ü'
    )
    print(encoding, text.encode(encoding, 'xmlcharrefreplace'), text.encode(encoding, 'replace').decode(encoding))
print(
    b'\xff\xfea'.decode('utf-8', 'surrogateescape').encode('utf-8', 'surrogateescape'),
    b'a\x80b'.decode('utf-8', 'backslashreplace'),
    locale.getlocale()[1],
    sys.getfilesystemencoding(),
    sys.stdout.encoding,
)
print(
    re.sub(r'(?P<y>\d{4})-(?P<m>\d\d)', r'\g<m>/\g<y>', 'on 2026-11 and 2025-01'),
    re.findall(r'(?i)\bn\w*+', 'Nanvix on none'),
    re.split(r'(?<=,)\s*', 'a, b,c'),
    re.fullmatch(r'(?>a+)b', 'aaab'),
    re.compile(r'[^\W\d_]+', re.A).findall('añb1_c'),
)
tracemalloc.start()
block = [bytes(1000) for _ in range(100)]
print(tracemalloc.get_traced_memory()[0] > 100_000, tracemalloc.take_snapshot().statistics('lineno')[0].count >= 100)
tracemalloc.stop()
print(
    typing.get_type_hints(matched),
    typing.Optional[int],
    list[int] | None,
    typing.Literal['a', 1].__args__,
    types.SimpleNamespace(a=1),
    copy.deepcopy([[1], (2, [3])]),
)
