/** What an editor's launch configuration holds, checked, and the session it asks for. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import * as v from 'valibot';
import { eraNames } from '../../../images/abi/era.ts';
import { debug, debugSnapshot } from '../index.ts';
import type { DebugSession, OutputListener } from '../index.ts';
import { InputError } from '../../guest/errors.ts';

const schema = v.object({
  /** ELF file of the program, or `python`. May be left out with `snapshot`. */
  program: v.optional(v.string()),
  programName: v.optional(v.string()),
  /** Arguments and environment; none can hold a space. Or both verbatim, as `args;ENV=value`. */
  args: v.optional(v.array(v.string())),
  env: v.optional(v.record(v.string(), v.string())),
  commandLine: v.optional(v.string()),
  kernel: v.optional(v.string()),
  kernelArguments: v.optional(v.string()),
  ramfs: v.optional(v.string()),
  stdlib: v.optional(v.boolean()),
  memoryMiB: v.optional(v.number()),
  seed: v.optional(v.number()),
  /** A folder of the host for the guest's host files. */
  mount: v.optional(v.string()),
  era: v.optional(v.picklist(eraNames)),
  /** Text that the program finds on its standard input. */
  stdin: v.optional(v.string()),
  /** A file as `run --snapshot-to` writes it, to start from. */
  snapshot: v.optional(v.string()),
  /** False lets the guest run at once; true, the default, stops at its first instruction. */
  stopOnEntry: v.optional(v.boolean(), true),
  /** True stops where the guest has ended, to go back from there, instead of ending the session. */
  stopAtEnd: v.optional(v.boolean(), false),
  /** The editor's "run without debugging". */
  noDebug: v.optional(v.boolean(), false),
});

/** The names of all that a launch configuration can hold. */
export const launchAttributes: readonly string[] = Object.keys(schema.entries);

/** What is the adapter's own business; the rest are options of a boot by the same names. */
const OWN: ReadonlySet<string> = new Set(['stopOnEntry', 'stopAtEnd', 'noDebug']);

/** A launch configuration. */
export type LaunchOptions = v.InferOutput<typeof schema>;
/** The same as an editor sends it: what has a default may be left out, and names of the editor's own stand beside. */
export type LaunchArguments = v.InferInput<typeof schema> & DebugProtocol.LaunchRequestArguments;

/** Checks a launch request. Throws {@link InputError} that names what is wrong. */
export function readLaunch(request: unknown): LaunchOptions {
  const result = v.safeParse(schema, request ?? {});
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new InputError(`${v.getDotPath(issue) ?? 'the launch configuration'}: ${issue.message}`);
}

/** Starts what a configuration asks for. Throws {@link InputError} and SnapshotError as {@link debug} does. */
export async function launch(options: LaunchOptions, onOutput: OutputListener): Promise<DebugSession> {
  const { snapshot, program, ...rest } = options;
  const given = Object.fromEntries(
    Object.entries(rest).filter(([name, value]) => !OWN.has(name) && value !== undefined),
  );
  if (snapshot !== undefined) {
    const { loadSnapshot } = await import('../../snapshots/guest-file.ts');
    const loaded = await loadSnapshot(snapshot);
    return await debugSnapshot(loaded.snapshot, {
      ...given,
      ...(program === undefined ? {} : { program }),
      onOutput,
    });
  }
  if (program === undefined) throw new InputError('name a program to debug, or a snapshot');
  return await debug({ ...given, program, onOutput });
}
