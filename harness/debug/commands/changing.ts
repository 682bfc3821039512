/** Commands that change the guest: its registers, its memory, what its calls come back with, and snapshots of it. */
import { errno } from '../../../images/abi/errno.ts';
import type { ErrnoName } from '../../../images/abi/errno.ts';
import { kernelCalls } from '../../../images/abi/kernel-calls.ts';
import { InputError } from '../../guest/errors.ts';
import type { RuleOptions } from '../call-rules.ts';
import type { DebugSession } from '../session.ts';
import { addressFrom, callsFrom, noMore, numberFrom } from './command.ts';
import type { CommandContext, DebugCommand } from './command.ts';
import { describeStop } from './describe-stop.ts';
import { snapshotFiles } from './snapshot-files.ts';
import { registerFrom } from './expression.ts';

const callNames = (): readonly string[] => kernelCalls.map(({ name }) => name);

function errorFrom(text: string | undefined): ErrnoName {
  if (text !== undefined && Object.hasOwn(errno, text)) return text as ErrnoName;
  throw new InputError(`no error is named ${text ?? '(nothing)'}: give one such as ENOMEM`);
}

function signedFrom(text: string | undefined): bigint {
  if (text !== undefined && /^-?(0x[0-9a-f]+|\d+)$/i.test(text)) {
    return text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
  }
  const what = text === undefined ? 'a value is missing' : `${text} is not a number`;
  throw new InputError(`${what}: give a number, or the name of an error where a call is to fail`);
}

/** `[after N] [times N]`. */
function ruleOptions(words: readonly string[]): RuleOptions {
  const options: { after?: number; times?: number } = {};
  for (let index = 0; index < words.length; index += 2) {
    const name = words[index];
    if (name !== 'after' && name !== 'times')
      throw new InputError(`${name ?? ''} is not understood: say after N, times N`);
    options[name] = numberFrom(words[index + 1], 'a number of calls');
  }
  return options;
}

const WORD_BYTES = 4;

/** `$REGISTER VALUE`, `argN VALUE`, `ADDRESS BYTE...` or `ADDRESS word VALUE...`. */
function set({ session }: CommandContext, [what, ...values]: readonly string[]): void {
  const register = registerFrom(what);
  const argument = /^arg([0-3])$/.exec(what ?? '')?.[1];
  if (register !== undefined || argument !== undefined) {
    const [text, ...more] = values;
    noMore(more);
    const value = addressFrom(session, text);
    if (register !== undefined) session.setRegister(register, value);
    else session.setArgument(Number(argument), value);
    return;
  }
  const address = addressFrom(session, what);
  const bytes = values[0] === 'word' ? wordsFrom(session, values.slice(1)) : bytesFrom(values);
  if (bytes.length === 0) throw new InputError('give what to write: bytes, or `word` and words of 32 bits');
  session.writeMemory(address, bytes);
}

function bytesFrom(values: readonly string[]): Uint8Array {
  return Uint8Array.from(values, (text) => {
    const byte = numberFrom(text, 'bytes');
    if (byte > 0xff) throw new InputError(`${text} is not a byte`);
    return byte;
  });
}

function wordsFrom(session: DebugSession, values: readonly string[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(WORD_BYTES * values.length));
  for (const [index, text] of values.entries()) {
    view.setUint32(WORD_BYTES * index, addressFrom(session, text), true);
  }
  return new Uint8Array(view.buffer);
}

/** The files are those of `run --snapshot-to` and `run --restore`. */
async function snapshot({ session, print }: CommandContext, words: readonly string[]): Promise<void> {
  const [what, path, ...more] = words;
  if ((what !== 'save' && what !== 'restore') || path === undefined || more.length > 0) {
    throw new InputError('say snapshot save FILE or snapshot restore FILE');
  }
  const { loadSnapshot, saveSnapshot } = await snapshotFiles();
  if (what === 'save') {
    const { bytes } = await saveSnapshot(path, session.guest.capture({ compiled: false }));
    print(`${path}: ${bytes} bytes, taken at instruction ${session.position}`);
  } else {
    session.restore((await loadSnapshot(path)).snapshot);
    print(describeStop(session, session.last));
  }
}

export const changingCommands: readonly DebugCommand[] = [
  {
    name: 'set',
    usage: '$REGISTER VALUE | argN VALUE | ADDRESS BYTE... | ADDRESS word VALUE...',
    help: 'change a register, an argument of the call just made, or memory',
    run: set,
  },
  {
    name: 'return',
    usage: 'VALUE|ERROR',
    help: 'have the kernel call just made come back with this, without the kernel',
    complete: () => Object.keys(errno),
    run: async ({ session, go }, [value]) => {
      const answer =
        value !== undefined && Object.hasOwn(errno, value) ? errorFrom(value) : signedFrom(value);
      await go(session.operations.answerCall(answer));
    },
  },
  {
    name: 'fail',
    usage: 'CALLS ERROR [after N] [times N]',
    help: 'make kernel calls fail from here on',
    complete: callNames,
    run: ({ session, print }, [calls, error, ...options]) => {
      if (calls === undefined) throw new InputError('name the calls that are to fail');
      const rule = session.fail(callsFrom(calls), errorFrom(error), ruleOptions(options));
      print(`rule ${rule.id}`);
    },
  },
  {
    name: 'answer',
    usage: 'CALLS VALUE [after N] [times N]',
    help: 'make kernel calls return a value from here on, without the kernel',
    complete: callNames,
    run: ({ session, print }, [calls, value, ...options]) => {
      if (calls === undefined) throw new InputError('name the calls that are to be answered');
      const rule = session.answer(callsFrom(calls), signedFrom(value), ruleOptions(options));
      print(`rule ${rule.id}`);
    },
  },
  {
    name: 'rules',
    help: 'list which calls fail or are answered',
    run: ({ session, print }) => {
      if (session.rules.length === 0) print('no rules');
      for (const { id, calls, answer, after, times, answered } of session.rules) {
        const what = answer.kind === 'fail' ? answer.errno : String(answer.value);
        print(`${id}  ${String(calls)} -> ${what} after ${after}, times ${times}; answered ${answered}`);
      }
    },
  },
  {
    name: 'unfail',
    usage: 'NUMBER',
    help: 'end a rule',
    run: ({ session }, [id]) => {
      if (!session.removeRule(numberFrom(id, 'the number of a rule')))
        throw new InputError(`there is no rule ${id ?? ''}`);
    },
  },
  {
    name: 'snapshot',
    usage: 'save FILE | restore FILE',
    help: 'write the guest as it stands to a file, or put one from a file in its place; history starts there',
    complete: () => ['save', 'restore'],
    run: snapshot,
  },
];
