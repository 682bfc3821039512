/** Commands that change the guest: its registers, its memory, what its calls come back with, and snapshots of it. */
import { errno } from '../../../images/abi/errno.ts';
import type { ErrnoName } from '../../../images/abi/errno.ts';
import { kernelCalls } from '../../../images/abi/kernel-calls.ts';
import { InputError } from '../../errors.ts';
import type { RuleOptions } from '../call-rules.ts';
import { addressFrom, callsFrom, numberFrom, registerFrom } from './command.ts';
import type { CommandContext, DebugCommand } from './command.ts';
import { describeStop } from './describe-stop.ts';

const callNames = (): readonly string[] => kernelCalls.map(({ name }) => name);

function errorFrom(text: string | undefined): ErrnoName {
  if (text !== undefined && Object.hasOwn(errno, text)) return text as ErrnoName;
  throw new InputError(`no error is named ${text ?? '(nothing)'}: give one such as ENOMEM`);
}

function signedFrom(text: string | undefined): bigint {
  if (text !== undefined && /^-?(0x[0-9a-f]+|\d+)$/i.test(text)) {
    return text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
  }
  throw new InputError(`${text ?? 'a value'} is not a number`);
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

function set({ session }: CommandContext, [what, ...values]: readonly string[]): void {
  const register = registerFrom(what);
  const argument = /^arg([0-3])$/.exec(what ?? '')?.[1];
  if (register !== undefined) session.setRegister(register, addressFrom(session, values[0]));
  else if (argument !== undefined) session.setArgument(Number(argument), addressFrom(session, values[0]));
  else {
    const bytes = values.map((one) => {
      const byte = numberFrom(one, 'bytes');
      if (byte > 0xff) throw new InputError(`${one} is not a byte`);
      return byte;
    });
    if (bytes.length === 0) throw new InputError('give the bytes to write');
    session.writeMemory(addressFrom(session, what), Uint8Array.from(bytes));
  }
}

/** The files are those of `run --snapshot-to` and `run --restore`. */
async function snapshot({ session, print }: CommandContext, words: readonly string[]): Promise<void> {
  const [what, path, ...more] = words;
  if ((what !== 'save' && what !== 'restore') || path === undefined || more.length > 0) {
    throw new InputError('say snapshot save FILE or snapshot restore FILE');
  }
  const { loadSnapshot, saveSnapshot } = await import('../../snapshots/guest-file.ts');
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
    usage: '$REGISTER VALUE | argN VALUE | ADDRESS BYTE...',
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
