/** Start-up reports: their JSON form, the comparison of two, and the HTML page. Knows nothing of how the figures came about. */
export type {
  CallMark,
  Change,
  ExactFigures,
  Figures,
  PhaseSpan,
  Spread,
  StackSample,
  StartupReport,
  VariantRow,
  Verdict,
} from './types.ts';
export { changesSince } from './changes.ts';
export { layOutFlames, type FlameFrame } from './flame-layout.ts';
export { renderReport } from './html.ts';
