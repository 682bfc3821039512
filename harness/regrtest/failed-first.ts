/** Which modules failed last time, for those who want them first. Kept for the user; nothing follows from it but an order. */
import { userStore } from '../cache/index.ts';

const key = ['regrtest', 'failed'] as const;

/** The modules with those first that failed in the last run. */
export function failedFirst(modules: readonly string[]): string[] {
  const failed = lastFailed();
  return [...modules.filter((name) => failed.has(name)), ...modules.filter((name) => !failed.has(name))];
}

function lastFailed(): ReadonlySet<string> {
  const kept = userStore().read('notes', key);
  if (kept === undefined) return new Set();
  const names: unknown = JSON.parse(new TextDecoder().decode(kept.content));
  return new Set(Array.isArray(names) ? (names as string[]) : []);
}

/** Keeps which modules of a run failed; what is known of others stays. */
export function rememberFailed(ran: readonly string[], failed: readonly string[]): void {
  const others = [...lastFailed()].filter((name) => !ran.includes(name));
  userStore().write('notes', key, Buffer.from(JSON.stringify([...others, ...failed])));
}
