/** Debian's gdb against the real kernel and CPython, with their debug information. */
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { debug, HELLO } from '../../harness/index.ts';
import type { DebugSession } from '../../harness/index.ts';
import { ensureImages } from '../../images/index.ts';
import type { Images } from '../../images/types.ts';
import { gdb, hasGdb } from './gdb.ts';

let images: Images;

beforeAll(async () => {
  images = await ensureImages();
});

async function hello(): Promise<DebugSession> {
  const session = await debug(HELLO);
  onTestFinished(() => {
    session.dispose();
  });
  return session;
}

const python = async (...commands: string[]): Promise<string> =>
  await gdb(await hello(), images.python.debug.path, ...commands);

describe.skipIf(!hasGdb)('gdb and CPython', () => {
  it('breaks in Py_RunMain, walks the stack to main with lines and arguments, and finishes', async () => {
    const said = await python('break Py_RunMain', 'continue', 'backtrace', 'info locals', 'finish');
    expect(said).toMatch(/Breakpoint 1.*, Py_RunMain \(\) at .*Modules\/main\.c:\d+/);
    expect(said).toMatch(/^#1 .* in main \(argc=\d+, argv=0x[0-9a-f]+\) at .*main\.c:\d+/m);
    expect(said).toMatch(/^exitcode = \d+/m);
    expect(said).toMatch(/Run till exit|Value returned is \$1 = 0/);
    expect(said).toContain('Value returned is $1 = 0');
  });

  it('goes back from there to where a variable was written, in the function that wrote it', async () => {
    const said = await python(
      'break Py_RunMain',
      'continue',
      'print _PyRuntime.initialized',
      'watch _PyRuntime.initialized',
      'reverse-continue',
      'print _PyRuntime.initialized',
      'backtrace 2',
      'reverse-continue',
    );
    expect(said).toContain('$1 = 1');
    expect(said).toMatch(/Hardware watchpoint 2: _PyRuntime\.initialized\s+Old value = 1\s+New value = 0/);
    expect(said).toContain('$2 = 0');
    expect(said).toMatch(/^#0 .*(init_interp_main|pyinit_main|Py_Initialize)/m);
  });

  it('a deep stack inside the interpreter leads to main', async () => {
    const said = await python('break sys_write', 'break _io_TextIOWrapper_write', 'continue', 'backtrace');
    expect(said).toMatch(/_PyEval_EvalFrameDefault/);
    expect(said).toMatch(/^#\d+ .* in main \(/m);
    expect(said).not.toContain('corrupt stack');
  });

  it('sees the kernel with its own symbols, and walks from a call in it to the main of the program', async () => {
    const said = await python(
      `add-symbol-file ${images.kernel[256].path}`,
      'break kcall_mmap',
      'continue',
      'backtrace',
      'info threads',
      'up 4',
      'info registers eip',
    );
    expect(said).toMatch(/kcall_mmap \(pid=1, address=\d+, pages=\d+, protection=6\)/);
    expect(said).toMatch(/^#1 .* in dispatch/m);
    expect(said).toMatch(/^#3 +<signal handler called>/m);
    expect(said).toMatch(/^#\d+ .* in main \(argc=\d+/m);
    expect(said).toMatch(/^eip +0x4/m);
    expect(said).toContain('Thread 1 (running)');
  });
});
