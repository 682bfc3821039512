/** Names of the eras of Nanvix's interfaces; eras.ts has what differs between them. */

/** The eras that our kernel and POSIX layer are built for. S: March to mid-May 2026. M: what came after. */
export type Era = 'S' | 'M';

/**
 * Every state of the interface that is told apart: 2024 (v1.1.0), S, and the steps of M in the order of their content.
 * Source: the ABI reference's companion for Era M, "Which fact belongs to which version".
 */
export const eraSteps = ['2024', 'S', 'M1', 'M2', 'M3', 'M4', 'M5'] as const;
export type EraStep = (typeof eraSteps)[number];

/** What a user can call an era: one of the steps, or M for whichever of its steps it is. */
export const eraNames = ['2024', 'S', 'M', 'M1', 'M2', 'M3', 'M4', 'M5'] as const satisfies readonly (
  EraStep | Era
)[];
export type EraName = (typeof eraNames)[number];

/** What a step belongs to. */
export function eraFamily(step: EraStep): '2024' | Era {
  return step === '2024' || step === 'S' ? step : 'M';
}

/** The steps that a name stands for. */
export function stepsOf(name: EraName): readonly EraStep[] {
  return name === 'M' ? eraSteps.filter((step) => step.startsWith('M')) : [name];
}
