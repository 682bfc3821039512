/**
 * Where a guest's harness tells what it does. A caller hands in what it wants to hear; nothing is told, and nothing is worked out
 * for it, where there is no listener.
 */

/** Takes one line, and what belongs to it. */
export type LogLine = (message: string, details?: Readonly<Record<string, unknown>>) => void;

export interface Log {
  /** What the caller should know before it believes the results, such as another release than the program was built for. */
  readonly warn?: LogLine | undefined;
  /** Boots, restores and captures; which file was taken and why; each kind of thing that a guest does against the protocol, once. */
  readonly debug?: LogLine | undefined;
  /** Everything that goes over the message bus. */
  readonly trace?: LogLine | undefined;
}
