/** Numbers as an engineer of this field reads them: in hexadecimal, a negative 32-bit number as what its bits are unsigned. */

const unsigned = (value: number): number => (value < 0 ? value >>> 0 : value);

/** `0x1f`. */
export const hex = (value: number | bigint): string =>
  `0x${(typeof value === 'number' ? unsigned(value) : value).toString(16)}`;

/** `0x0000001f`: an address or a register, with all its digits. */
export const hex32 = (value: number): string => `0x${unsigned(value).toString(16).padStart(8, '0')}`;
