/**
 * Era 2024: v1.1.0 of 23 October 2024. Messages lie on the bus without envelopes, the guest polls for them, and nothing is shared
 * with it but the two ports. A program prints by kernel call 0, onto the kernel's console.
 *
 * Source: ABI reference, "Era 2024".
 */
import { initrd2024 } from '../../../../images/abi/memory-map.ts';
import { messageForms } from '../messages.ts';
import type { MonitorEra } from './era.ts';

export const era2024: MonitorEra = {
  step: '2024',
  meaning: 'v1.1.0, October 2024',
  boot: {
    initrdBase: initrd2024.base,
    initrdSizeBits: initrd2024.sizeBits,
    pages: 'rounded-down',
    programEntry: initrd2024.entry,
    bundles: false,
    sharedPages: false,
  },
  bus: {
    pointer: 'message',
    scatter: false,
    fetchesByAnyWidth: false,
    messages: messageForms.short,
    announces: false,
    streams: false,
    hostFiles: undefined,
    network: false,
    networkBulk: false,
    polls: false,
    answersStrayPulls: false,
  },
  machinePort: { width: 2, status: false },
};
