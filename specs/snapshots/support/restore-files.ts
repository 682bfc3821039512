/** The other process of {@link endsInAnotherProcess}: reads paths of snapshots as JSON, prints how each of them ends. */
import { text } from 'node:stream/consumers';
import { loadSnapshot, restoreSnapshot } from '../../../harness/index.ts';
import { finish, type End } from './exactness.ts';

const paths = JSON.parse(await text(process.stdin)) as string[];
const ends: End[] = [];
for (const path of paths) {
  const { snapshot } = await loadSnapshot(path);
  ends.push(await finish(await restoreSnapshot(snapshot)));
}
console.log(JSON.stringify(ends));
