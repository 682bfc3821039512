/**
 * State changed by someone who makes all digests right again: refused with the reason, or taken, and then it is a guest like
 * any other, that ends, crashes or meets its deadline. Never another error, and never a wait.
 */
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { boot, loadSnapshot, restoreSnapshot, saveSnapshot, SnapshotError } from '../../harness/index.ts';
import { snapshotOf } from '../../harness/snapshots/guest-contents.ts';
import { readSnapshot } from '../../harness/snapshots/index.ts';
import { snapshotProgram } from './support/exactness.ts';
import { seededRandom } from './support/random.ts';
import { scratchFolder } from './support/scratch-folder.ts';
import { forge } from './support/tar-edit.ts';

type Random = (bound: number) => number;
type Tree = Record<string, unknown>;

const FORGERIES = 60;
/** More than twice what the guest needs to its end. */
const DEADLINES = { instructions: 10_000_000, virtualMs: 1e5, wallMs: 30_000 };

const scratch = scratchFolder();
let file: Buffer;

beforeAll(async () => {
  const guest = await boot({ program: await snapshotProgram('threads'), memoryMiB: 128 });
  guest.runToInstruction(200_000);
  await saveSnapshot(scratch.path('genuine'), guest.capture({ compiled: false }));
  guest.dispose();
  file = await readFile(scratch.path('genuine'));
});

/** Where a tree's values are: the object and the key of each. */
function leavesOf(tree: Tree): [Tree, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null ? leavesOf(value as Tree) : [[tree, key] as [Tree, string]],
  );
}

const values: readonly ((random: Random) => unknown)[] = [
  () => -1,
  () => 0,
  () => 0.5,
  (random) => random(0x1_0000_0000),
  () => Number.MAX_SAFE_INTEGER,
  () => 1e300,
  () => null,
  () => true,
  () => 'text',
  () => [],
  () => ({}),
  () => ({ $bytes: '' }),
  () => ({ $bytes: '***' }),
  () => ({ $bigint: '5' }),
  () => ({ $bigint: 'x' }),
];

/** Changes one value: some of its bytes, all of it, or whether it is there. */
function forgeOne(tree: Tree, random: Random): void {
  const leaves = leavesOf(tree);
  const [parent, key] = leaves[random(leaves.length)] ?? [tree, ''];
  if (key === '$bytes' && random(4) > 0) {
    const bytes = Buffer.from(String(parent[key]), 'base64');
    for (let times = random(8); times >= 0 && bytes.length > 0; times -= 1) {
      bytes.writeUInt8(random(256), random(bytes.length));
    }
    parent[key] = bytes.toString('base64');
  } else if (random(8) === 0) {
    Reflect.deleteProperty(parent, key);
  } else {
    parent[key] = values[random(values.length)]?.(random);
  }
}

async function forged(part: string, edit: (tree: Tree) => void): Promise<string> {
  const editPart = (name: string, content: Buffer): Buffer => {
    if (name !== `state/${part}.json`) return content;
    const tree = JSON.parse(content.toString()) as Tree;
    edit(tree);
    return Buffer.from(`${JSON.stringify(tree, undefined, 1)}\n`);
  };
  return await scratch.put('forged', await forge(file, { editPart }));
}

/** How a file ends: the kind of its refusal, or of the guest's stop. */
async function endOfFile(path: string): Promise<string> {
  try {
    const guest = await restoreSnapshot((await loadSnapshot(path)).snapshot);
    try {
      return guest.run(DEADLINES).kind;
    } finally {
      guest.dispose();
    }
  } catch (error) {
    if (error instanceof SnapshotError) return error.kind;
    throw error;
  }
}

it.each(['machine', 'monitor'])('%s state changed at random', async (part) => {
  const random = seededRandom(part.length);
  const ends = new Map<string, number>();
  for (let round = 0; round < FORGERIES; round += 1) {
    const end = await endOfFile(
      await forged(part, (tree) => {
        forgeOne(tree, random);
      }),
    );
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }
  expect([...ends.keys()].sort()).toEqual(expect.arrayContaining(['corrupted', 'exit']) as string[]);
  const possible = ['corrupted', 'crash', 'deadline', 'exit', 'halted', 'input', 'protocol-error'];
  expect([...ends.keys()].filter((end) => !possible.includes(end))).toEqual([]);
});

it('memory changed at random: a guest like any other, whose machine takes a genuine snapshot afterwards', async () => {
  const random = seededRandom(11);
  const { snapshot: genuine } = await loadSnapshot(scratch.path('genuine'));
  const { contents } = await readSnapshot(scratch.path('genuine'));
  const guest = await restoreSnapshot(genuine);
  const untouched = guest.result(guest.run(DEADLINES));
  for (let round = 0; round < 20; round += 1) {
    const pages = Array.from(contents.pages, ({ number, bytes }) => ({ number, bytes: bytes.slice() }));
    // Kernel, page tables and descriptors lie in the first pages, the program in all of them.
    const reach = random(2) === 0 ? 120 : pages.length;
    for (let changes = 1 + random(400); changes > 0; changes -= 1) {
      pages[random(reach)]?.bytes.set([random(256)], random(4096));
    }
    guest.restore(snapshotOf({ ...contents, pages }));
    guest.run({ ...DEADLINES, instructions: 1_000_000 });
  }
  guest.restore(genuine);
  const { outcome, output, instructions } = guest.result(guest.run(DEADLINES));
  expect({ outcome, output, instructions }).toEqual({
    outcome: untouched.outcome,
    output: untouched.output,
    instructions: untouched.instructions,
  });
  guest.dispose();
});

describe('state that would make a machine wait for ever', () => {
  const change =
    (path: string, value: unknown) =>
    (tree: Tree): void => {
      const keys = path.split('.');
      const last = keys.pop() ?? '';
      const parent = keys.reduce((at, key) => at[key] as Tree, tree);
      expect(parent).toHaveProperty(last);
      parent[last] = value;
    };

  it.each([
    ['a timer that counts backwards', 'surroundings.devices.pit.channels.0.reload', -1],
    ['a timer that was started in the future', 'surroundings.devices.pit.channels.0.startClock', 2 ** 40],
    ['more time than can be counted', 'surroundings.idleTicks', 2 ** 53 - 1],
    ['more instructions than can be counted', 'surroundings.instructions', 2 ** 53 - 1],
    ['time that stands still', 'ticksPerMicrosecond', 0],
    ['an alarm that nobody set', 'surroundings.alarms', [null, null]],
  ])('%s', async (_, path, value) => {
    expect(await endOfFile(await forged('machine', change(path, value)))).toBe('corrupted');
  });

  it('a timer that rings and has nothing to count goes on without', async () => {
    const end = await endOfFile(
      await forged('machine', change('surroundings.devices.pit.channels.0.reload', 0)),
    );
    expect(['exit', 'deadline', 'halted']).toContain(end);
  });
});
