// Node's Buffer for the machine in a page: esbuild puts it where `Buffer` is used.
export { Buffer } from 'buffer/';
