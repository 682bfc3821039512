/**
 * Folds sampled call stacks into the rectangles of a flame graph.
 *
 * What must hold: children lie inside their parent and in the order of their names, so that two reports of the same
 * samples are equal; every sample is counted once in each frame of its stack.
 */
import type { StackSample } from './types.ts';

/** One rectangle: `left` and `right` in samples from the graph's edge, `depth` in frames from the root. */
export interface FlameFrame {
  readonly name: string;
  readonly depth: number;
  readonly left: number;
  readonly right: number;
  /** Samples in which this very function ran, without those of what it called. */
  readonly self: number;
}

interface Node {
  total: number;
  self: number;
  readonly children: Map<string, Node>;
}

const emptyNode = (): Node => ({ total: 0, self: 0, children: new Map() });

function fold(stacks: readonly StackSample[]): Node {
  const root = emptyNode();
  for (const { frames, samples } of stacks) {
    root.total += samples;
    let node = root;
    for (const name of frames) {
      let child = node.children.get(name);
      if (child === undefined) {
        child = emptyNode();
        node.children.set(name, child);
      }
      child.total += samples;
      node = child;
    }
    node.self += samples;
  }
  return root;
}

/**
 * The rectangles of a flame graph, parents before their children.
 *
 * @param narrowest frames with fewer samples than this are left out together with all they called.
 */
export function layOutFlames(stacks: readonly StackSample[], narrowest = 1): FlameFrame[] {
  const frames: FlameFrame[] = [];
  const place = (children: Map<string, Node>, depth: number, edge: number): void => {
    let left = edge;
    for (const [name, node] of [...children].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (node.total >= narrowest) {
        frames.push({ name, depth, left, right: left + node.total, self: node.self });
        place(node.children, depth + 1, left);
      }
      left += node.total;
    }
  };
  place(fold(stacks).children, 0, 0);
  return frames;
}
