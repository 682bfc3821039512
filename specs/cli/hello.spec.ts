/** `nanvix-v86 hello`, the main job, and what it prints for people and for programs. */
import { describe, expect, it } from 'vitest';
import { nanvix } from '../support/command.ts';

interface Run {
  readonly output: string;
  readonly exitStatus: number;
  readonly instructions: number;
  readonly virtualMs: number;
  readonly wallMs: number;
}

describe('hello', () => {
  it('prints both runs as JSON', async () => {
    const result = await nanvix(['hello', '--json']);
    expect(result.status).toBe(0);
    const { cold, restored, ...rest } = JSON.parse(result.stdout) as { cold: Run; restored: Run };
    expect(rest).toEqual({});
    for (const run of [cold, restored]) {
      expect(Object.keys(run).sort()).toEqual([
        'exitStatus',
        'instructions',
        'output',
        'virtualMs',
        'wallMs',
      ]);
      expect(run.output).toBe('CPYTHON_TEST_HELLO: Hello from Python (3, 11)\n');
      expect(run.exitStatus).toBe(0);
    }
    expect(restored.instructions).toBeLessThan(cold.instructions / 2);
  });

  it('prints both greetings and a table that compares them', async () => {
    const result = await nanvix(['hello']);
    expect(result.stdout.match(/CPYTHON_TEST_HELLO: Hello from Python \(3, 11\)/g)).toHaveLength(2);
    for (const row of ['instructions', 'virtual ms', 'wall ms']) expect(result.stdout).toContain(row);
    expect(result.stdout).toMatch(/cold boot\s+│\s+restore-boot\s+│\s+ratio/);
  });
});
