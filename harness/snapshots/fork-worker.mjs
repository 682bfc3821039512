// Starts fork-worker.ts in a worker thread of a checkout: a TypeScript loader that was given to the process on its command
// line does not reach its threads. A package has the worker as JavaScript and does not use this file.
import { tsImport } from 'tsx/esm/api';

await tsImport('./fork-worker.ts', import.meta.url);
