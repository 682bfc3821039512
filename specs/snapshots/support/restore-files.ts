/** The other process of {@link endsOfFiles}: reads paths of snapshots as JSON, prints how each of them ends. */
import { text } from 'node:stream/consumers';
import { loadSnapshot, restoreSnapshot } from '../../../harness/index.ts';
import { finish, type End } from './exactness.ts';

interface Asked {
  readonly paths: readonly string[];
  readonly trustCompiled: boolean;
}

const { paths, trustCompiled } = JSON.parse(await text(process.stdin)) as Asked;
const ends: End[] = [];
for (const path of paths) {
  const { snapshot } = await loadSnapshot(path, { trustCompiled });
  ends.push(await finish(await restoreSnapshot(snapshot)));
}
console.log(JSON.stringify(ends));
