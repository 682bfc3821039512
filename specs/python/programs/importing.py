"""Code from elsewhere: packages, archives, hooks, byte code, resources, pickles, syntax trees, tests of several kinds, traces of errors."""

import ast
import code
import dis
import doctest
import importlib
import importlib.abc
import importlib.machinery
import importlib.resources
import importlib.util
import inspect
import io
import contextlib
import os
import pickle
import pickletools
import pkgutil
import py_compile
import runpy
import shelve
import sys
import textwrap
import timeit
import tokenize
import traceback
import trace
import unittest
import unittest.mock
import zipapp
import zipfile

FOLDER = os.path.join(sys.argv[1], 'code')
os.makedirs(FOLDER, exist_ok=True)


def write(name, text):
    place = os.path.join(FOLDER, name)
    os.makedirs(os.path.dirname(place), exist_ok=True)
    with open(place, 'w', encoding='utf-8') as file:
        file.write(textwrap.dedent(text))
    return place


write(
    'shop/__init__.py',
    '''
    """A shop."""
    from .stock import Item as Item
    __all__ = ["Item"]
    def __getattr__(name):
        if name == "lazy": return "made when asked"
        raise AttributeError(f"shop has no {name}")
''',
)
write(
    'shop/stock.py',
    '''
    import dataclasses
    @dataclasses.dataclass(order=True, frozen=True)
    class Item:
        """
        >>> Item("nail", 2).total(3)
        6
        >>> Item("nail", 2).total(-1)
        Traceback (most recent call last):
        ...
        ValueError: how many?
        """
        name: str
        price: int = 1
        def total(self, many):
            if many < 0: raise ValueError("how many?")
            return self.price * many
''',
)
write('shop/data/list.txt', 'a\nb\n')
write('shop/__main__.py', 'import sys\nprint("main of", __package__, len(sys.argv))\n')
write('plain/inner.py', 'WHERE = __name__\n')
sys.path.insert(0, FOLDER)
import shop
import plain.inner

print(shop.Item('a') < shop.Item('b'), shop.lazy, plain.inner.WHERE, plain.__spec__.origin, type(plain.__path__).__name__)
try:
    shop.other
except AttributeError as error:
    print(error)
try:
    from shop import nothing
except ImportError as error:
    print(error.name, type(error).__name__)
print(
    importlib.resources.files('shop').joinpath('data/list.txt').read_text().split(),
    [one.name for one in pkgutil.walk_packages(shop.__path__, 'shop.')],
)
print(os.path.exists(importlib.util.cache_from_source(os.path.join(FOLDER, 'shop/stock.py'))) or sys.dont_write_bytecode)
print(doctest.testmod(shop.stock), doctest.testmod(sys.modules['shop']))
runpy.run_module('shop', alter_sys=True, run_name='__main__')
print(runpy.run_path(os.path.join(FOLDER, 'plain/inner.py'))['WHERE'])

compiled = py_compile.compile(write('alone.py', 'VALUE = sum(range(10))\n'), cfile=os.path.join(FOLDER, 'only.pyc'), doraise=True)
os.remove(os.path.join(FOLDER, 'alone.py'))
import only

print(only.VALUE, type(only.__loader__).__name__)
try:
    py_compile.compile(write('bad.py', 'def f(:\n    pass\n'), doraise=True)
except py_compile.PyCompileError as error:
    print(error.exc_type_name, error.msg.splitlines()[-1])
try:
    import bad
except SyntaxError as error:
    print(error.lineno, error.offset, error.text.strip(), error.msg)

archive = os.path.join(FOLDER, 'lib.zip')
with zipfile.ZipFile(archive, 'w', zipfile.ZIP_DEFLATED) as file:
    file.writestr('zipped/__init__.py', 'from . import part\n')
    file.writestr('zipped/part.py', 'def fail():\n    raise RuntimeError("in the archive")\n')
    file.writestr('zipped/text.txt', 'packed text')
sys.path.append(archive)
import zipped

print(type(zipped.__loader__).__name__, pkgutil.get_data('zipped', 'text.txt'), os.path.relpath(zipped.part.__file__, FOLDER))
try:
    zipped.part.fail()
except RuntimeError:
    print(traceback.format_exc().splitlines()[-2:])
zipapp.create_archive(os.path.join(FOLDER, 'shop'), os.path.join(FOLDER, 'shop.pyz'), interpreter='/usr/bin/env python3')
print(zipapp.get_interpreter(os.path.join(FOLDER, 'shop.pyz')))


class Made(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path, target=None):
        return importlib.machinery.ModuleSpec(name, self) if name.startswith('made_') else None

    def exec_module(self, module):
        exec(f'NAME = {module.__name__!r}', module.__dict__)


sys.meta_path.append(Made())
import made_up

print(made_up.NAME, type(made_up.__spec__.loader).__name__, importlib.reload(made_up) is made_up)
for name in ('nowhere', 'shop.nowhere', 'winreg'):
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        print(error)


class Point:
    __slots__ = ('x', 'y')

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __reduce__(self):
        return Point, (self.x, self.y)


loop = [1]
loop.append(loop)
for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    text = pickle.dumps([Point(1, 2**70), loop, {'a': {1, 2}}, 'ü', 1.5, b'b', None], protocol)
    back = pickle.loads(text)
    print(protocol, len(text), back[0].y == 2**70, back[1][1] is back[1], back[2:], len(pickletools.optimize(text)))
out = []
data = bytearray(b'big' * 1000)
small = pickle.dumps(pickle.PickleBuffer(data), 5, buffer_callback=out.append)
print(len(small), pickle.loads(small, buffers=out) is data)
for wrong in (
    lambda: pickle.dumps(lambda: 1),
    lambda: pickle.loads(b'\x80\x04.'),
    lambda: pickle.loads(b'cos\nnothing\n.'),
    lambda: pickle.dumps(loop.__iter__().__class__ and open(os.devnull)),
):
    try:
        wrong()
    except Exception as error:
        print(type(error).__name__, str(error).split(' at 0x')[0].replace('<function <lambda>', '<lambda>'))
with shelve.open(os.path.join(FOLDER, 'shelf'), writeback=True) as shelf:
    shelf['list'] = [1]
    shelf['list'].append(Point(3, 4).x)
with shelve.open(os.path.join(FOLDER, 'shelf'), 'r') as shelf:
    print(dict(shelf))

source = 'total = 0\nfor i in range(3):\n    total += i if i % 2 else -i\n'
node = ast.parse(source)


class Doubled(ast.NodeTransformer):
    def visit_Constant(self, node):
        return ast.copy_location(ast.Constant(node.value * 2), node)


changed = ast.fix_missing_locations(Doubled().visit(node))
space = {}
exec(compile(changed, '<doubled>', 'exec'), space)
print(ast.unparse(changed).splitlines(), space['total'], ast.literal_eval("{'a': (1, -2.5, b'x')}"))
shown = io.StringIO()
dis.dis(compile('a.b(c) + [d for d in e]', 's', 'eval'), file=shown)
print([line.split()[-2:] for line in shown.getvalue().splitlines() if 'LOAD_' in line])
print([(tokenize.tok_name[one.type], one.string) for one in tokenize.generate_tokens(io.StringIO('x = f"{y!r}" # c\n').readline)])
console = code.InteractiveConsole()
with contextlib.redirect_stdout(io.StringIO()) as said:
    print([console.push(line) for line in ('def f(x):', '    return x * 2', '', 'f(21)')])
print(repr(said.getvalue()))


def outer(a, /, b: int = 2, *rest, c, **more) -> 'str':
    """Documented."""

    def inner():
        return a, b

    return inner


print(
    inspect.signature(outer),
    inspect.getdoc(outer),
    inspect.getclosurevars(outer(1, c=2)).nonlocals,
    inspect.signature(print),
    inspect.signature(int.from_bytes),
)
print(
    inspect.getsource(shop.stock.Item.total).strip().splitlines()[0], inspect.getmembers(Point, inspect.ismemberdescriptor)[0][0]
)
print(timeit.timeit('x += 1', 'x = 0', number=100) > 0, trace.Trace(count=1, trace=0).runfunc(len, [1]))


class Tests(unittest.TestCase):
    def test_pass(self):
        with self.assertRaisesRegex(ZeroDivisionError, 'by zero'), self.subTest(i=1):
            1 / 0

    def test_mock(self):
        with unittest.mock.patch('os.getcwd', return_value='/mocked') as fake:
            self.assertEqual(os.getcwd(), '/mocked')
        fake.assert_called_once_with()

    def test_fail(self):
        self.assertEqual({'a': [1, 2]}, {'a': [1, 3]})

    @unittest.expectedFailure
    def test_expected(self):
        self.fail()

    @unittest.skip('not now')
    def test_skipped(self):
        pass

    async def coroutine(self):
        return 1


said = io.StringIO()
result = unittest.TextTestRunner(said, verbosity=2).run(unittest.defaultTestLoader.loadTestsFromTestCase(Tests))
print([line for line in said.getvalue().splitlines() if not line.startswith(('Ran', '  File'))])
mock = unittest.mock.MagicMock(spec=shop.Item)
mock.total.side_effect = [5, ValueError('twice')]
print(mock.total(1), mock.total.call_args, isinstance(mock, shop.Item), hasattr(mock, 'missing'))


def shows():
    def third():
        try:
            int('x')
        except ValueError as error:
            raise LookupError('no number') from error

    try:
        third()
    except LookupError as error:
        error.add_note('a note')
        return traceback.TracebackException.from_exception(error, capture_locals=False)


print([line.strip() for line in ''.join(shows().format()).splitlines() if not line.startswith('  File')])
