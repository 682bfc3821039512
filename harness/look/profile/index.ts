/** Where a guest's instructions go: phases by symbol boundaries, and a sampling profile with call stacks. Both are exact and repeat. */
export { FIRST_PHASE, pythonBoundaries, type Boundary } from '../../guest/phases/boundaries.ts';
export { toFoldedStacks, toSpeedscope } from './export.ts';
export { functionShares, type FunctionShare } from './functions.ts';
export { PhaseWatch } from '../../guest/phases/watch.ts';
export type { GuestPhase } from '../../guest/result.ts';
export { HOST_TIME_KINDS, profileHost, type HostProfile, type HostTimeKind } from './host-time.ts';
export { inlinedAt, inlinedOrWhyNot, parseInlined, type DebugFiles, type InlinedAt } from './inlined.ts';
export { toPprof } from './pprof.ts';
export {
  addressesOf,
  DEFAULT_INTERVAL,
  nameStacks,
  profile,
  sample,
  type AddressProfile,
  type AddressStack,
  type SampledProcess,
  type Profile,
  type StackSample,
} from './sampler.ts';
export { stepToExit } from './step-to-exit.ts';
