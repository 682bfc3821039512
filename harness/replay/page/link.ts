/** The place as the part of the address behind `#`: `#at=12345&memory=$esp`. Of another page's link nothing is believed. */

export interface LinkedPlace {
  readonly at?: number;
  readonly memoryAt?: string;
}

export function placeOfHash(hash: string): LinkedPlace {
  const fields = new URLSearchParams(hash.replace(/^#/, ''));
  const [at, memoryAt] = [fields.get('at') ?? '', fields.get('memory')];
  return {
    ...(/^\d{1,15}$/.test(at) && { at: Number(at) }),
    ...(memoryAt !== null && memoryAt !== '' && { memoryAt }),
  };
}

export function hashOf(at: number, memoryAt: string): string {
  return `#${new URLSearchParams({ at: String(at), memory: memoryAt }).toString()}`;
}
