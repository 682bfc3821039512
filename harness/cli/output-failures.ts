/**
 * What a command could not write, a line each: told when it has come to its end, with an exit status of its own
 * (`harnessStatus.outputFailed`), so that a full disk hides nothing of what the guest did.
 */

let failures: readonly string[] = [];

/** Keeps in mind that something could not be written; the same is told once. */
export function noteOutputFailure(line: string): void {
  if (!failures.includes(line)) failures = [...failures, line];
}

/** What could not be written since this was last asked. */
export function takeOutputFailures(): readonly string[] {
  const noted = failures;
  failures = [];
  return noted;
}
