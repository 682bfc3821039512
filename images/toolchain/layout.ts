/** How a program for the guest is laid out: flags for the linker. */
import { addressMap } from '../abi/memory-map.ts';
import { inProject } from '../build/paths.ts';

/** This file: an input of every step that links for the guest. */
export const layoutFile: string = inProject('images/toolchain/layout.ts');

/** How programs are linked: at the address the kernel loads them to, or position-independent. */
export type Link = 'no-pie' | 'pie';

/** Flags for objects of a library, behind the guest's own: only those of a position-independent program need any. */
export const objectFlags: Readonly<Record<Link, readonly string[]>> = { 'no-pie': [], pie: ['-fPIE'] };

/** Flags that lay a program out as the kernel wants it. */
export function layoutFlags(link: Link): string[] {
  return [
    ...(link === 'pie'
      ? ['-static-pie']
      : ['-static', '-no-pie', `-Wl,-Ttext-segment=${hex(addressMap.programBase)}`]),
    // Pages of the file can be mapped where they lie; nothing is patched after the start, so nothing needs relro.
    '-Wl,-z,max-page-size=4096',
    '-Wl,-z,norelro',
    '-Wl,-z,noexecstack',
    '-Wl,--build-id=none',
  ];
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
