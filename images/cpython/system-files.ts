/** What a program expects of a system beside Python's library, on the volumes that hold the whole of it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const FILES: Readonly<Record<string, string>> = {
  'etc/passwd': 'root:x:0:0:root:/:/bin/sh\n',
  'etc/group': 'root:x:0:\n',
  // Names that are known without a network; the second is what uname says.
  'etc/hosts': '127.0.0.1 localhost\n127.0.0.1 nanvix\n',
  // sys.executable, which the library opens and asks about.
  'bin/python3':
    'Python runs in this guest, and was started from outside of it: this file cannot be executed.\n',
};

/** Writes users, groups, hosts and the file that `sys.executable` names below `root`. */
export function writeSystemFiles(root: string): void {
  for (const [name, text] of Object.entries(FILES)) {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: 0o755 });
  }
}
