/**
 * A run as one HTML file that runs it again in a browser: `recordRun` takes it down, `renderReplay` makes the page.
 *
 * recording.ts says what is held, protocol.ts what page and worker say to one another, bundle.mjs how their scripts are made.
 */
export { endText } from './end-text.ts';
export { renderReplay } from './html.ts';
export { checkReplayable, recordRun, type RecordOptions, type RunStart } from './record.ts';
export type { RecordedRun, Recording } from './recording.ts';
