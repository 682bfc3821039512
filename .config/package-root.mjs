// Where the package lies, from any file of its library in harness/dist/library/: sources look for files beside themselves.
import { existsSync } from 'node:fs';

let folder = new URL('./', import.meta.url);
while (!existsSync(new URL('package.json', folder)) && new URL('../', folder).href !== folder.href)
  folder = new URL('../', folder);

export const __packageRoot = folder;
