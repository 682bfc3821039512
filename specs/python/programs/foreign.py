"""C by ctypes: functions of libc and of Python itself, structures, unions, callbacks, and what can't be had."""
import ctypes
from ctypes import (CDLL, CFUNCTYPE, POINTER, Structure, Union, BigEndianStructure, byref, c_char, c_char_p, c_double, c_int,
                    c_int64, c_long, c_size_t, c_uint16, c_uint32, c_uint8, c_void_p, cast, create_string_buffer, pointer, sizeof)

libc = CDLL('libc.so.6', use_errno=True)
libm = CDLL('libm.so.6')

libc.strlen.restype = c_size_t
libm.pow.restype, libm.pow.argtypes = c_double, [c_double, c_double]
libc.strtod.restype = c_double
print(libc.strlen(b'hello'), libm.pow(2, 0.5), libc.strtod(b'2.5e3x', None), libc.abs(-7))

buffer = create_string_buffer(64)
print(libc.snprintf(buffer, c_size_t(64), b'%s %d %.3f %lld', b'text', 42, c_double(2.5), c_int64(-1 << 40)), buffer.value)

Comparison = CFUNCTYPE(c_int, POINTER(c_int), POINTER(c_int))
numbers = (c_int * 6)(31, 4, 159, 26, 5, 3)
compared = 0


@Comparison
def compare(a, b):
    global compared
    compared += 1
    return a[0] - b[0]


libc.qsort(numbers, len(numbers), sizeof(c_int), compare)
print(list(numbers), compared > 0)
libc.bsearch.restype = POINTER(c_int)
print(libc.bsearch(byref(c_int(26)), numbers, len(numbers), sizeof(c_int), compare)[0])


class Point(Structure):
    _fields_ = [('x', c_int), ('y', c_double)]


class Flags(Structure):
    _fields_ = [('low', c_uint8, 3), ('high', c_uint8, 5), ('rest', c_uint16)]


class Header(BigEndianStructure):
    _pack_ = 1
    _fields_ = [('kind', c_uint8), ('length', c_uint32)]


class Either(Union):
    _fields_ = [('number', c_uint32), ('bytes', c_uint8 * 4)]


class Division(Structure):
    _fields_ = [('quot', c_int), ('rem', c_int)]


class Node(Structure):
    pass


Node._fields_ = [('value', c_int), ('next', POINTER(Node))]

flags = Flags(low=5, high=17, rest=0x1234)
print(bytes(flags), flags.low, flags.high, bytes(Header(7, 258)), list(Either(0x01020304).bytes))
libc.div.restype, libc.div.argtypes = Division, [c_int, c_int]
parts = libc.div(-17, 5)
print(parts.quot, parts.rem)
last = Node(2, None)
first = Node(1, pointer(last))
print(first.next.contents.value, bool(last.next))


@CFUNCTYPE(c_double, POINTER(Point), c_int)
def total(points, count):
    return sum(points[i].x * points[i].y for i in range(count))


print(total((Point * 2)(Point(2, 1.5), Point(3, 0.5)), 2), cast(total, c_void_p).value is not None)

python = ctypes.pythonapi
python.PyLong_FromString.restype = ctypes.py_object
python.PyLong_FromString.argtypes = [c_char_p, c_void_p, c_int]
print(python.PyLong_FromString(b'ff' * 12, None, 16))
try:
    python.PyLong_FromString(b'?', None, 10)
except ValueError as error:
    print(error)

print(libc.open(b'/does/not/exist', 0), ctypes.get_errno())
libc.memmove.restype = c_void_p
moved = (c_char * 4)()
libc.memmove(moved, b'move', 4)
print(moved.raw, ctypes.string_at(b'abc' + b'\0', 3), ctypes.c_int.in_dll(python, 'Py_VerboseFlag').value)
for name, attempt in (
    ('missing', lambda: libc.no_such_function),
    ('arguments', lambda: libm.pow('x', 1)),
    ('library', lambda: CDLL('libnothing.so.1')),
):
    try:
        attempt()
    except (AttributeError, ctypes.ArgumentError, OSError) as error:
        print(name, type(error).__name__)
