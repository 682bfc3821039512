import { describe, expect, it } from 'vitest';
import { CommandInterpreter, debugCommands, helpText } from '../../harness/debug/index.ts';
import { debugProgram } from './program.ts';

/** What a script prints. */
async function script(...lines: string[]): Promise<string> {
  const interpreter = new CommandInterpreter(await debugProgram());
  let printed = '';
  for (const line of lines) {
    await interpreter.execute(line, (text) => {
      printed += text;
    });
  }
  return printed;
}

describe('debugger commands', () => {
  it('help names every command', () => {
    for (const { name } of debugCommands) expect(helpText()).toContain(name);
  });

  it.each([
    ['nonsense', 'is no command'],
    ['memory', 'an address is missing'],
    ['memory 0 0', 'give a length above 0'],
    ['memory 0xffffffff', 'is not mapped'],
    ['print *0xfffffffe', 'is not mapped'],
    ['print (counter', 'is not understood'],
    ['print 0x1ffffffff', 'does not fit into 32 bits'],
    ['print $eip+', 'is not understood'],
    ['print $rax', 'no register is named $rax: eax'],
    ['registers rax', 'no register is named rax'],
    ['disassemble 0xffffffff', 'is not mapped'],
    ['pages', 'paging is off'],
    ['struct nothing 0', 'no structure is named'],
    ['stack 99', 'no thread 99'],
    ['help nothing', 'is no command'],
    ['stepi 0', 'give a whole number above 0'],
    ['stepi 2 3', 'one word too many'],
    ['where now', 'one word too many'],
    ['break count count', 'one word too many'],
    ['break count if', 'is no condition'],
    ['break count if $eax', 'is no condition'],
    ['watch 0xffffffff 8', 'reach beyond 4 GiB'],
    ['watch counter 5000', 'give 1 to 4096'],
    ['catch fault 99', 'is the vector of no fault'],
    ['catch mmap if nothing > 3', 'no symbol is named'],
    ['snapshot keep x', 'say snapshot save FILE'],
    ['snapshot restore /no/such/file', '/no/such/file'],
    ['return', 'a value is missing'],
    ['set counter 256', 'is not a byte'],
    ['set 0xf0000000 1', 'not all mapped'],
    ['files', 'not known here'],
    ['break no_such_symbol', 'no symbol is named'],
    ['fail mmap ENOTHING', 'no error is named'],
    ['fail nosuchcall ENOMEM', 'no kernel call is named'],
    ['catch mmap when pages', 'one word too many'],
    ['delete 99', 'there is no stop'],
    ['goto -1', 'is not a number'],
    ['set arg0 1', 'does not stand at a kernel call'],
  ])('%s is answered in one line', async (line, answer) => {
    const printed = await script(line);
    expect(printed).toContain(answer);
    expect(printed.trimEnd().split('\n')).toHaveLength(1);
  });

  it('catches calls, shows them decoded, and goes back', async () => {
    const printed = await script('catch mmap if pages >= 256', 'continue', 'show', 'backcall', 'where');
    expect(printed).toMatch(/call mmap\(pid=1, addr=0x[0-9a-f]+, pages=\d+, prot=READ\|WRITE\)/);
  });

  it('shows registers, stack, memory, code, pages and threads', async () => {
    const printed = await script(
      'break count',
      'continue',
      'registers',
      'stack',
      'memory counter 16',
      'disassemble count 2',
      'pages counter',
      'threads',
    );
    expect(printed).toContain('ring 3');
    expect(printed).toMatch(/#1 .*main/);
    expect(printed).toContain('00 00 00 00');
    expect(printed).toContain('<count>');
    expect(printed).toContain('user rw');
    expect(printed).toContain('1  running');
  });

  it('shows all registers, with those of x87 and SSE', async () => {
    const printed = await script('registers all');
    expect(printed).toContain('eax    0x0c00ffee');
    expect(printed).toMatch(/^xmm7 +0x0{32}$/m);
  });

  it('stops at addresses and memory on a condition', async () => {
    const printed = await script(
      'break count if *counter = 4',
      'continue',
      'print *counter+1',
      'delete',
      'watch counter if *counter > 7 and $eax != 0',
      'continue',
      'print *counter',
    );
    expect(printed).toContain('\n0x5  5\n');
    expect(printed).toMatch(/write at .*: 07000000 -> 08000000/);
    expect(printed).toContain('\n0x8  8\n');
  });

  it('compares results with their sign', async () => {
    const printed = await script('fail mmap ENOMEM', 'catch return mmap if result < 0', 'continue');
    expect(printed).toMatch(/mmap = -12 ENOMEM/);
  });

  it('memory that is not mapped meets no condition', async () => {
    expect(await script('break count if *0xf0000000 = 0', 'continue')).toContain('ended with status 7');
  });

  it('writes words and bytes', async () => {
    const printed = await script(
      'break count',
      'c',
      'set counter word -2',
      'p *counter',
      'set counter 7 0 0 0',
      'p *counter',
    );
    expect(printed).toContain('0xfffffffe  4294967294  -2');
    expect(printed).toContain('\n0x7  7\n');
  });

  it('every command has its own line of help, and Tab completes names and what follows', async () => {
    expect(await script('help memory')).toMatch(/^memory, x ADDRESS \[LENGTH\] +show memory/);
    const interpreter = new CommandInterpreter(await debugProgram());
    expect(interpreter.complete('reg')).toEqual([['registers'], 'reg']);
    expect(interpreter.complete('catch mm')[0]).toEqual(
      ['mmap', 'mmio_alloc', 'mmio_free', 'mmio_info'].filter((name) => name.startsWith('mm')),
    );
    expect(interpreter.complete('return ENOM')[0]).toContain('ENOMEM');
  });

  it('injects faults', async () => {
    expect(await script('fail mmap ENOMEM after 0', 'continue', 'rules')).toContain('mmap -> ENOMEM');
  });
});
