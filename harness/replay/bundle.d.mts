/** Types of bundle.mjs. */
export function replayScripts(root: string): Promise<{
  readonly worker: string;
  readonly page: string;
  readonly style: string;
}>;
export function packReplayScripts(root: string): Promise<void>;
