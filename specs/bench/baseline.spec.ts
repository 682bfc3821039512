import { describe, expect, it } from 'vitest';
import { movedBetween } from '../../harness/study/moved.ts';
import { HELLO } from '../../harness/guest/hello.ts';
import { WarmBoots } from '../../harness/guest/warm-boot.ts';

describe('the baseline', () => {
  it('says nothing when nothing moved', () => {
    expect(movedBetween({ instructions: 5 }, { instructions: 5 })).toEqual([]);
  });

  it('names what moved, and by how much', () => {
    expect(movedBetween({ instructions: 200, output: 'a' }, { instructions: 201, output: 'a' })).toEqual([
      { name: 'instructions', before: 200, after: 201, by: 0.005 },
    ]);
  });

  it('names what only one side has', () => {
    expect(movedBetween({ gone: 1 }, { 'kernel, sha256': 'ab' })).toEqual([
      { name: 'gone', before: 1, after: 'absent', by: undefined },
      { name: 'kernel, sha256', before: 'absent', after: 'ab', by: undefined },
    ]);
  });
});

describe('a warm boot', () => {
  it('does what the first boot did, to the instruction', async () => {
    const boots = new WarmBoots();
    const runs = [];
    for (let i = 0; i < 3; i++) {
      const guest = await boots.boot(HELLO);
      const result = guest.result(await guest.runToEnd());
      runs.push({
        output: result.output,
        instructions: guest.machine.instructions,
        status: result.exitStatus,
      });
    }
    boots.dispose();
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).toEqual(runs[0]);
  });

  it('of another command line is a guest of its own', async () => {
    const boots = new WarmBoots();
    const first = await boots.boot(HELLO);
    const other = await boots.boot({ ...HELLO, env: { ...HELLO.env, OTHER: '1' } });
    expect(other).not.toBe(first);
    boots.dispose();
  });
});
