/** A page keeps no code, so that no value of it is ever written or read. */
const nothingIsKept = (): never => {
  throw new Error('a page has no store of code');
};

export const serialize: (value: unknown) => Uint8Array = nothingIsKept;
export const deserialize: (bytes: Uint8Array) => unknown = nothingIsKept;
