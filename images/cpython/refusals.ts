/**
 * What stands on the volume of `python-full` in the place of packages that cannot work there: each says in one line what to do instead.
 *
 * Must hold: to import such a package does no harm, since `help('modules')` and the like import every one.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const VENV = `"""A guest runs one program and starts no other, so a virtual environment cannot be used. Put packages on the volume."""
REFUSAL = ('venv: a guest runs one program and starts no other, so a virtual environment cannot be used; '
           'put the packages on the volume')


class EnvBuilder:
    def __init__(self, *args, **options):
        raise NotImplementedError(REFUSAL)


def create(*args, **options):
    raise NotImplementedError(REFUSAL)
`;

const VENV_MAIN = `from venv import REFUSAL
raise SystemExit(REFUSAL)
`;

const TEST = `"""What CPython's tests share. The tests themselves are on the volume of python-tests."""
import sys

REFUSAL = ("CPython's tests are not on this volume: \`nanvix-v86 regrtest MODULE\` runs them, each module in a guest of its own; "
           '\`nanvix-v86 run python-tests\` has them for -m test and -m unittest')


class _Tests:
    """Says so where one of them is imported."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if not name.startswith(('test.test_', 'test.regrtest', 'test.libregrtest')):
            return None
        main = getattr(sys.modules.get('__main__'), '__spec__', None)
        if main is not None and main.name == 'unittest.__main__':
            # It would print a traceback for each module that is named.
            raise SystemExit(REFUSAL)
        raise ModuleNotFoundError(REFUSAL, name=name)


sys.meta_path.append(_Tests)
`;

const TEST_MAIN = `from test import REFUSAL
raise SystemExit(REFUSAL)
`;

/** What each package is made of. */
const FILES: Readonly<Record<string, string>> = {
  'venv/__init__.py': VENV,
  'venv/__main__.py': VENV_MAIN,
  'test/__init__.py': TEST,
  'test/__main__.py': TEST_MAIN,
};

/** @param library The folder of the standard library. */
export function writeRefusals(library: string): void {
  rmSync(path.join(library, 'venv'), { recursive: true });
  for (const [name, text] of Object.entries(FILES)) {
    const file = path.join(library, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
