import { describe, expect, test } from 'vitest';
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
  test('help names every command', () => {
    for (const { name } of debugCommands) expect(helpText()).toContain(name);
  });

  test.each([
    ['nonsense', 'is no command'],
    ['memory', 'an address is missing'],
    ['memory 0x3', ''],
    ['break no_such_symbol', 'no symbol is named'],
    ['fail mmap ENOTHING', 'no error is named'],
    ['fail nosuchcall ENOMEM', 'no kernel call is named'],
    ['catch mmap when pages', 'is not understood'],
    ['delete 99', 'there is no stop'],
    ['goto -1', 'is not a number'],
    ['set arg0 1', 'does not stand at a kernel call'],
  ])('%s is answered in one line', async (line, answer) => {
    const printed = await script(line);
    if (answer === '') return;
    expect(printed).toContain(answer);
    expect(printed.trimEnd().split('\n')).toHaveLength(1);
  });

  test('catches calls, shows them decoded, and goes back', async () => {
    const printed = await script('catch mmap if pages >= 256', 'continue', 'show', 'backcall', 'where');
    expect(printed).toMatch(/call mmap\(pid=1, addr=0x[0-9a-f]+, pages=\d+, prot=READ\|WRITE\)/);
  });

  test('shows registers, stack, memory, code, pages and threads', async () => {
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

  test('injects faults', async () => {
    expect(await script('fail mmap ENOMEM after 0', 'continue', 'rules')).toContain('mmap -> ENOMEM');
  });
});
