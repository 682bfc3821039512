/** Start-up reports: their JSON form, the comparison of two, and the HTML page. Knows nothing of how the figures came about. */
export type {
  CallMark,
  Change,
  ComparedWith,
  ExactFigures,
  Figures,
  Phase,
  Spread,
  StackSample,
  StartupReport,
  VariantRow,
  Verdict,
} from './types.ts';
export { allAtOnce, type AllAtOnce, type ComparedFigure } from './all-at-once.ts';
export { changesSince, comparedWith } from './changes.ts';
export { renderFlamePage, type FlamePage } from './flame-page.ts';
export { layOutFlames, type FlameFrame } from './flame-layout.ts';
export { renderReport } from './html.ts';
