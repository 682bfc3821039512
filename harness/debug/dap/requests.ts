/**
 * The requests that an editor may send, and what each must hold. Source: Debug Adapter Protocol, "Specification".
 *
 * Plain checks of shapes and ranges, made before anything is done: what is wrong is one line that says where. Whether a
 * frame, a thread or an address exists is for the adapter to know.
 */
import * as v from 'valibot';
import { DISASSEMBLY_MAXIMUM } from './code.ts';

/** Bytes of memory in one answer. */
const MEMORY_MAXIMUM = 1 << 24;
/** Bytes of a data breakpoint. */
const DATA_MAXIMUM = 4096;

const whole = v.pipe(v.number(), v.safeInteger('must be a whole number'));
const within = (least: number, most: number): v.GenericSchema<unknown, number> =>
  v.pipe(
    v.number(),
    v.safeInteger('must be a whole number'),
    v.minValue(least, `must be ${least} or more`),
    v.maxValue(most, `must be ${most} or less`),
  );
const count = within(0, 2 ** 31);
const base64 = v.pipe(v.string(), v.regex(/^(?:[\w+/]{4})*(?:[\w+/]{2}==|[\w+/]{3}=)?$/, 'must be base64'));

/** More fields than are known here may stand beside. */
const nothing = v.optional(v.looseObject({}));
const thread = v.looseObject({ threadId: whole });
const stop = { condition: v.optional(v.string()), hitCondition: v.optional(v.string()) };

const requests: Readonly<Record<string, v.GenericSchema>> = {
  initialize: v.looseObject({ adapterID: v.optional(v.string()) }),
  launch: nothing,
  attach: nothing,
  configurationDone: nothing,
  restart: nothing,
  terminate: nothing,
  disconnect: nothing,
  threads: nothing,

  setBreakpoints: v.looseObject({
    source: v.looseObject({}),
    breakpoints: v.optional(v.array(v.looseObject({ line: whole }))),
  }),
  setFunctionBreakpoints: v.looseObject({
    breakpoints: v.array(v.looseObject({ name: v.string(), ...stop })),
  }),
  setInstructionBreakpoints: v.looseObject({
    breakpoints: v.array(
      v.looseObject({ instructionReference: v.string(), offset: v.optional(whole), ...stop }),
    ),
  }),
  setExceptionBreakpoints: v.looseObject({ filters: v.array(v.string()) }),
  dataBreakpointInfo: v.looseObject({
    name: v.string(),
    variablesReference: v.optional(count),
    bytes: v.optional(within(1, DATA_MAXIMUM)),
  }),
  setDataBreakpoints: v.looseObject({
    breakpoints: v.array(
      v.looseObject({
        dataId: v.string(),
        accessType: v.optional(v.picklist(['read', 'write', 'readWrite'])),
        ...stop,
      }),
    ),
  }),

  stackTrace: v.looseObject({
    threadId: whole,
    startFrame: v.optional(count),
    levels: v.optional(count),
  }),
  scopes: v.looseObject({ frameId: whole }),
  variables: v.looseObject({
    variablesReference: whole,
    start: v.optional(count),
    count: v.optional(count),
  }),
  setVariable: v.looseObject({ variablesReference: whole, name: v.string(), value: v.string() }),
  readMemory: v.looseObject({
    memoryReference: v.string(),
    offset: v.optional(whole),
    count: within(0, MEMORY_MAXIMUM),
  }),
  writeMemory: v.looseObject({ memoryReference: v.string(), offset: v.optional(whole), data: base64 }),
  disassemble: v.looseObject({
    memoryReference: v.string(),
    offset: v.optional(whole),
    instructionOffset: v.optional(within(-DISASSEMBLY_MAXIMUM, DISASSEMBLY_MAXIMUM)),
    instructionCount: within(0, DISASSEMBLY_MAXIMUM),
  }),
  evaluate: v.looseObject({
    expression: v.string(),
    frameId: v.optional(whole),
    context: v.optional(v.string()),
  }),
  completions: v.looseObject({ text: v.string(), column: within(1, 2 ** 31) }),

  continue: thread,
  next: thread,
  stepIn: thread,
  stepOut: thread,
  stepBack: thread,
  reverseContinue: thread,
  pause: thread,
};

/** @returns What is wrong with a request, in one line; undefined where nothing is. */
export function problemOf(request: {
  readonly command?: unknown;
  readonly arguments?: unknown;
}): string | undefined {
  const { command } = request;
  if (typeof command !== 'string') return 'the request names no command';
  const schema = Object.hasOwn(requests, command) ? requests[command] : undefined;
  if (schema === undefined) return `${command} is not supported`;
  const result = v.safeParse(schema, request.arguments);
  if (result.success) return undefined;
  const [issue] = result.issues;
  return `${command}: ${v.getDotPath(issue) ?? 'arguments'}: ${issue.message}`;
}
