/** A process of its own that writes and reads one key of a store many times: see store.spec.ts. */
import { Store } from '../../images/store/store.ts';

const LENGTH = 50_000;

const [, , root = ''] = process.argv;
const store = new Store(root);
let seen = 0;
for (let i = 0; i < 200; i++) {
  store.write('symbols', 'key', Buffer.alloc(LENGTH, process.pid & 255));
  const content = store.read('symbols', 'key')?.content;
  if (content?.length === LENGTH && content.every((one) => one === content[0])) seen++;
}
process.stdout.write(String(seen));
