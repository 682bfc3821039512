/**
 * Era S: March to mid-May 2026, v0.12 to 0.15.3. One program, which is process 1; envelopes, credits, bulk data within one page.
 *
 * Source: ABI reference.
 */
import { eras } from '../../../../images/abi/eras.ts';
import { initrd } from '../../../../images/abi/memory-map.ts';
import { messageForms } from '../messages.ts';
import type { MonitorEra } from './era.ts';

export const eraS: MonitorEra = {
  step: 'S',
  meaning: 'v0.12 to 0.15.3, March to mid-May 2026',
  boot: {
    initrdBase: initrd.base,
    initrdSizeBits: initrd.sizeBits,
    pages: 'rounded-up',
    commandLine: eras.S.commandLine,
    bundles: false,
    sharedPages: true,
  },
  bus: {
    pointer: 'envelope',
    scatter: false,
    fetchesByAnyWidth: false,
    messages: messageForms.short,
    announces: false,
    streams: true,
    hostFiles: undefined,
    network: false,
    networkBulk: false,
    polls: false,
    answersStrayPulls: false,
  },
  machinePort: { width: 4, status: true },
};
