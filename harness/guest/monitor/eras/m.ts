/**
 * Era M in its steps: what came after mid-May 2026. Each step is the one before with what it changed.
 *
 * - M1: bundles of programs, a command line with a length of two bytes.
 * - M2: host files and the network's daemon, still with the messages of Era S.
 * - M3: messages with process and thread of both sides; bulk data in pieces.
 * - M4: numbered requests; input that is polled and subscribed to; the network's bulk data.
 * - M5: answers to pulls that nobody asked for; host files for vfsd alone. The field `tag` of its bulk headers is not served: its place is not known.
 *
 * Source: the ABI reference's companion for Era M, "Which fact belongs to which version" and "Frames the host answers".
 */
import { eras } from '../../../../images/abi/eras.ts';
import type { HostFilesForm } from '../host-files/index.ts';
import { messageForms } from '../messages.ts';
import type { MonitorEra } from './era.ts';
import { eraS } from './s.ts';

const filesM2: HostFilesForm = {
  opensWithMode: false,
  partsBehindNumber: false,
  zerosForErrors: true,
  answersGoTo: 'vfsd',
  onlyVfsd: false,
};
const filesM4: HostFilesForm = {
  ...filesM2,
  opensWithMode: true,
  partsBehindNumber: true,
  answersGoTo: 'requester',
};
const filesM5: HostFilesForm = { ...filesM4, zerosForErrors: false, onlyVfsd: true };

export const eraM1: MonitorEra = {
  ...eraS,
  step: 'M1',
  meaning: 'bundles, kernel calls by int 0x81',
  boot: { ...eraS.boot, commandLine: eras.M.commandLine, bundles: true },
  bus: { ...eraS.bus, announces: true },
};

export const eraM2: MonitorEra = {
  ...eraM1,
  step: 'M2',
  meaning: 'as M1, with host files and a network that is refused',
  bus: { ...eraM1.bus, hostFiles: filesM2, network: true },
};

export const eraM3: MonitorEra = {
  ...eraM2,
  step: 'M3',
  meaning: 'messages with process and thread, bulk data in pieces',
  bus: { ...eraM2.bus, messages: messageForms.long, scatter: true, fetchesByAnyWidth: true },
};

export const eraM4: MonitorEra = {
  ...eraM3,
  step: 'M4',
  meaning: 'as M3, with numbered requests and input that is polled',
  bus: { ...eraM3.bus, messages: messageForms.numbered, hostFiles: filesM4, networkBulk: true, polls: true },
};

export const eraM5: MonitorEra = {
  ...eraM4,
  step: 'M5',
  meaning: 'as M4, with answers to stray pulls',
  bus: { ...eraM4.bus, hostFiles: filesM5, answersStrayPulls: true },
};
