/** v86.wasm in a page: whoever opened the page's data hands it over before the first machine is made. */

let provided: Uint8Array | undefined;

/** Says what {@link readV86Wasm} reads. */
export function provideV86Wasm(bytes: Uint8Array): void {
  provided = bytes;
}

export function readV86Wasm(): Uint8Array {
  if (provided === undefined) throw new Error('v86.wasm was not provided: call provideV86Wasm first');
  return provided;
}
