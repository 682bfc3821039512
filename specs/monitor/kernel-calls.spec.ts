/** Kernel calls are named, selected and answered as the guest's era has it. */
import { describe, expect, it } from 'vitest';
import type { RegisterName } from '../../emulator/types.ts';
import { KernelCalls } from '../../harness/guest/kernel-calls/interceptors.ts';
import { InputError } from '../../harness/guest/errors.ts';
import type { EraName } from '../../images/abi/eras.ts';
import { fakeMachine } from '../support/fake-machine.ts';

interface Played {
  readonly calls: KernelCalls;
  become(era: EraName): void;
  /** Makes a call; the registers afterwards, in hex. */
  call(number: number, vector?: number): Readonly<Record<'eax' | 'edx', string>>;
}

function play(first: EraName): Played {
  const fake = fakeMachine();
  let era = first;
  const calls = new KernelCalls(fake.machine, () => era, { first: () => undefined, stop: () => undefined });
  const hex = (name: RegisterName): string => (fake.registers.get(name) ?? 0).toString(16);
  return {
    calls,
    become: (next) => {
      era = next;
    },
    call: (number, vector = 0x80) => {
      fake.registers.set('eax', number);
      fake.registers.set('edx', 0x1234);
      fake.int(vector);
      return { eax: hex('eax'), edx: hex('edx') };
    },
  };
}

describe('a call that is made to fail', () => {
  it('answers -1 in EDX and a number of newlib in EAX in Eras S and M', () => {
    for (const era of ['S', 'M'] as const) {
      const guest = play(era);
      guest.calls.intercept('getpid', () => ({ kind: 'fail', errno: 'ENOSYS' }));
      expect(guest.call(1)).toEqual({ eax: (-88 >>> 0).toString(16), edx: 'ffffffff' });
    }
  });

  it('answers a number of Linux in EAX in 2024, and leaves EDX alone', () => {
    const guest = play('2024');
    guest.calls.intercept('mmap', () => ({ kind: 'fail', errno: 'ENOSYS' }));
    expect(guest.call(18)).toEqual({ eax: (-38 >>> 0).toString(16), edx: '1234' });
  });
});

describe('a call that is answered', () => {
  it('has 64 bits in EDX:EAX in Era S, and 32 in EAX in 2024', () => {
    const answer = { kind: 'answer', value: 0x5_0000_0007n } as const;
    const [s, old] = [play('S'), play('2024')];
    for (const guest of [s, old]) guest.calls.intercept('gettid', () => answer);
    expect([s.call(2), old.call(2)]).toEqual([
      { eax: '7', edx: '5' },
      { eax: '7', edx: '1234' },
    ]);
  });
});

describe('the first call', () => {
  it('is told with its vector, and no other is', () => {
    const fake = fakeMachine();
    const told: number[] = [];
    new KernelCalls(fake.machine, () => 'S', { first: (vector) => told.push(vector), stop: () => undefined });
    fake.int(0x81);
    fake.int(0x80);
    expect(told).toEqual([0x81]);
  });
});

describe('the name of a call', () => {
  it('is the era’s', () => {
    const named = (era: EraName, number: number): string | undefined => {
      const guest = play(era);
      guest.call(number);
      return guest.calls.recent()[0]?.name;
    };
    expect([named('S', 11), named('2024', 11), named('M', 43), named('S', 43)]).toEqual([
      'munmap',
      'exit',
      'kill',
      'call43',
    ]);
  });

  it('selects the number of the era that the guest turns out to be of', () => {
    const guest = play('S');
    const seen: number[] = [];
    guest.calls.intercept('exit', (call) => {
      seen.push(call.number);
      return undefined;
    });
    guest.call(3);
    guest.become('2024');
    guest.call(3);
    guest.call(11);
    expect(seen).toEqual([3, 11]);
  });

  it('is refused where no era has it, and selects nothing where another has it', () => {
    const guest = play('S');
    expect(() => guest.calls.intercept('fork', () => undefined)).toThrow(InputError);
    const seen: number[] = [];
    guest.calls.intercept('getuid', (call) => {
      seen.push(call.number);
      return undefined;
    });
    guest.call(3);
    expect(seen).toEqual([]);
  });
});
