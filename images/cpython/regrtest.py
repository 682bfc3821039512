"""Runs one test module of CPython in a guest, or without one on Linux, and tells what became of each test.

The guest is captured where it first reads standard input: everything above that has been imported by then. Each run
starts from there. One line of JSON on standard input says what to run:

    {"module": "test_math", "match": [patterns of tests], "leave": [patterns of tests that are not to be started]}

Each thing that happens is one record on standard output: the byte 0x1e, JSON, and a line feed (RFC 7464). What
tests print themselves stands between them.

Why not libregrtest: it tells of a module at its end. Where a test ends the guest or its time, all that the module did
would be lost, and nobody would know which test it was. What it does for a module is done here too.
"""
import faulthandler
import fcntl
import fnmatch
import gc
import importlib
import json
import os
import sys
import traceback
import unittest

import _ctypes_test
from test import support
from test.support import os_helper

LONGEST_TEXT = 6000

# They skip all of themselves where no process can be started, for the sake of few tests.
NEED_NO_PROCESS = {'test_doctest', 'test_pdb', 'test_webbrowser', 'test_zipimport_support'}

# Tests replace sys.stdout, and close descriptors that lie near.
channel = fcntl.fcntl(1, fcntl.F_DUPFD_CLOEXEC, 200)


def tell(**record):
    data = b'\x1e' + json.dumps(record).encode() + b'\n'
    while data:
        data = data[os.write(channel, data):]


class Result(unittest.TestResult):
    """Tells what becomes of tests as it happens."""

    # What a test comes to is the worst of what is said of it and its parts.
    worst_last = ['passed', 'skipped', 'failed']

    def __init__(self):
        super().__init__()
        self.running = None

    def startTest(self, test):
        super().startTest(test)
        self.running = test.id()
        self.outcome, self.text = 'passed', ''
        tell(start=self.running)

    def stopTest(self, test):
        super().stopTest(test)
        # By the name that it had: a test may set an attribute of its own named `id`.
        self.conclude(self.running, self.outcome, self.text)
        self.running = None

    def conclude(self, name, outcome, text):
        record = {'test': name, 'outcome': outcome}
        if text:
            record['text'] = text[-LONGEST_TEXT:]
        tell(**record)

    def note(self, test, outcome, text):
        if self.running is None:
            # What goes before all tests of a class or module has no start.
            self.conclude(test.id(), outcome, text)
        elif self.worst_last.index(outcome) > self.worst_last.index(self.outcome):
            self.outcome, self.text = outcome, text
        elif outcome == self.outcome == 'failed':
            self.text += '\n' + text

    def addError(self, test, err):
        super().addError(test, err)
        self.note(test, 'failed', self.errors[-1][1])

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.note(test, 'failed', self.failures[-1][1])

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.note(test, 'failed', f'{subtest}\n{self._exc_info_to_string(err, test)}')

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.note(test, 'skipped', reason)

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.note(test, 'failed', 'the test is marked as one that fails, and passed')


class Runner:
    running = False

    def run(self, suite):
        Runner.running = True
        try:
            result = Result()
            suite(result)
            return result
        finally:
            Runner.running = False


def use_own_runner():
    """Has test.support run tests by the runner above, but for those that a test itself runs."""
    theirs = support.get_test_runner
    support.get_test_runner = lambda *args, **kwargs: (
        theirs(*args, **kwargs) if Runner.running else Runner())


def load_and_run(module):
    loader = unittest.TestLoader()
    tests = loader.loadTestsFromModule(module)
    for error in loader.errors:
        print(error, file=sys.stderr)
    if loader.errors:
        raise Exception('tests cannot be loaded:\n' + '\n'.join(loader.errors))
    support.run_unittest(tests)


def is_wanted(patterns, left):
    def wanted(name):
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in left):
            return False
        parts = name.split('.')
        return not patterns or any(
            fnmatch.fnmatchcase(one, pattern) for pattern in patterns for one in (name, *parts))
    return wanted


def run(module, match=(), leave=()):
    # What test.support.match_test asks, which its own test puts away and back.
    support._match_test_func = is_wanted(match, leave)
    try:
        support.has_subprocess_support = module in NEED_NO_PROCESS
        imported = importlib.import_module('test.' + module)
        main = getattr(imported, 'test_main', None)
        if main is None:
            load_and_run(imported)
        else:
            main()
    except unittest.SkipTest as skip:
        tell(skipped=str(skip))
    except support.TestDidNotRun:
        tell(skipped='no test ran')
    except (support.TestFailed, support.TestFailedWithDetails) as failure:
        # Those of unittest have been told of; what doctests say has not.
        tell(failed=str(failure)[-LONGEST_TEXT:])
    except BaseException:
        tell(problem=traceback.format_exc()[-LONGEST_TEXT:])
    tell(done=True)


def prepare():
    try:
        faulthandler.enable()
    except (OSError, RuntimeError):
        pass
    folder = os.path.join(os.environ.get('TMPDIR', '/tmp'), 'regrtest')
    os.makedirs(folder, exist_ok=True)
    os.chdir(folder)
    # The folder of this script is not one that tests import from.
    sys.path.pop(0)
    sys.argv[0] = 'regrtest'
    support.record_original_stdout(sys.stdout)
    support.use_resources = []
    # As in CPython's ports without processes: its tests know by this which of them need one, and are skipped.
    support.has_subprocess_support = support.has_fork_support = False
    # ctypes' tests load this module's file. It is part of the program, and that is what dlopen calls None.
    _ctypes_test.__file__ = None
    use_own_runner()
    gc.collect()


def read_request():
    line = b''
    while not line.endswith(b'\n'):
        piece = os.read(0, 1 << 16)
        if not piece:
            break
        line += piece
    return json.loads(line)


if __name__ == '__main__':
    prepare()
    request = read_request()
    run(**request)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            pass
    # Threads that a test left behind are no longer waited for.
    os._exit(0)
