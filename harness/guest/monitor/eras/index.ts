/** The eras that the monitor speaks, by name. */
import type { EraStep } from '../../../../images/abi/eras.ts';
import { era2024 } from './2024.ts';
import type { MonitorEra } from './era.ts';
import { eraM1, eraM2, eraM3, eraM4, eraM5 } from './m.ts';
import { eraS } from './s.ts';

export const monitorEras: Readonly<Record<EraStep, MonitorEra>> = {
  2024: era2024,
  S: eraS,
  M1: eraM1,
  M2: eraM2,
  M3: eraM3,
  M4: eraM4,
  M5: eraM5,
};
