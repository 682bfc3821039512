/** `python-full`: Python as users know it, with the whole library and all modules that need no library of others. */
import { expect, it } from 'vitest';
import { run } from '../../harness/index.ts';
import { createRamfs, readFolder, ensureFullLibrary } from '../../images/index.ts';

async function python(script: string): Promise<string> {
  const library = readFolder(await ensureFullLibrary());
  const files = new Map([...library, ['/script.py', Buffer.from(script)]]);
  const ramfs = createRamfs(files, { freeBytes: 1 << 20 });
  const { output, errorOutput } = await run({
    program: 'python-full',
    ramfs,
    args: ['-W', 'ignore', '/script.py'],
  });
  return output + errorOutput;
}

it('knows decimal, XML, Asian codecs, users, sysconfig and time zones', async () => {
  const said = await python(`
import audioop, crypt, decimal, grp, pwd, resource, sys, sysconfig, syslog, termios, xml.etree.ElementTree as tree
from datetime import datetime
from zoneinfo import ZoneInfo
decimal.getcontext().prec = 30
print(decimal.Decimal(2).sqrt(), decimal.Decimal is __import__('_decimal').Decimal)
print(tree.fromstring('<a><b c="1"/></a>')[0].get('c'), '\\u3042'.encode('shift_jis'))
print(pwd.getpwuid(0).pw_name, grp.getgrgid(0).gr_name)
print(sys.executable, sysconfig.get_config_var('VERSION'), sysconfig.get_config_var('CC'))
print(datetime(2026, 7, 1, tzinfo=ZoneInfo('America/New_York')).utcoffset())
try:
    import _testcapi
except ImportError as error:
    print(error)
`);
  expect(said.trim().split('\n')).toEqual([
    '1.41421356237309504880168872421 True',
    "1 b'\\x82\\xa0'",
    'root root',
    '/bin/python3 3.11 nanvix-v86 cc',
    '-1 day, 20:00:00',
    "No module named '_testcapi'",
  ]);
});
