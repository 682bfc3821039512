/** Values as bytes for the store of code, in V8's own form. Without a store, as in a page, nothing calls this. */
export { deserialize, serialize } from 'node:v8';
