/** Standard streams over the message bus: every byte, in order, each on its own stream. */
import { describe, expect, it } from 'vitest';
import { createRamfs } from '../../images/index.ts';
import { runPosix } from './programs.ts';

function numberedLines(bytes: number): string {
  let text = '';
  for (let line = 0; text.length < bytes; line++) text += `line ${line}\n`;
  return text.slice(0, bytes);
}

describe('standard output', () => {
  it.each([0, 1, 4095, 4096, 4097, 1_000_000])('takes %i bytes in one write', async (bytes) => {
    const { output, outcome } = await runPosix('output', { args: [String(bytes)] });
    expect(output).toBe(numberedLines(bytes));
    expect(outcome).toEqual({ kind: 'exit', status: 0 });
  });

  it('is apart from standard error', async () => {
    const { errorOutput } = await runPosix('output', { args: ['100'] });
    expect(errorOutput).toBe('to standard error\n');
  });
});

describe('standard input', () => {
  const told = (output: string): string[] => output.split('\n').filter((line) => !/^(PASS|all)/.test(line));

  it('is read line by line to its end', async () => {
    const { output, failed } = await runPosix('input', { stdin: 'first\nsecond\n\nfourth\n' });
    expect(failed).toEqual([]);
    expect(told(output)).toEqual(['1: first', '2: second', '3: ', '4: fourth', '4 lines, end of file', '']);
  });

  it('may end within a line', async () => {
    const { output } = await runPosix('input', { stdin: 'only' });
    expect(output).toContain('1: only1 lines, end of file');
  });

  it('may be empty', async () => {
    const { output, failed } = await runPosix('input');
    expect(failed).toEqual([]);
    expect(told(output)).toEqual(['0 lines, end of file', '']);
  });

  it('may be larger than any buffer', async () => {
    const stdin = numberedLines(100_000);
    const { output } = await runPosix('input', { stdin });
    expect(output).toContain(`${stdin.split('\n').length} lines, end of file`);
  });
});

describe('several threads', () => {
  it('write whole lines', async () => {
    const { output } = await runPosix('threads', { ramfs: createRamfs({}) });
    const lines = output.split('\n').filter((line) => line.startsWith('thread '));
    expect(lines).toHaveLength(40);
    expect(lines.every((line) => /^thread \d line \d{3}$/.test(line))).toBe(true);
  });
});
