/** What the ABI tables promise: every number once, every layout as the reference draws it. */
import { describe, expect, it } from 'vitest';
import {
  argumentRegisters,
  callAbis,
  errno,
  errnoName,
  kernelCallByName,
  kernelCallByNumber,
  kernelCallOutcome,
  kernelCalls,
  readStruct,
  scalarSizes,
  structs,
  structsM,
  message,
  pvclock,
  time,
  writeStruct,
} from '../../images/abi/index.ts';

describe('kernel calls', () => {
  it('are numbered 0 to 47 without holes', () => {
    expect(kernelCalls.map((call) => call.number)).toEqual(Array.from({ length: 48 }, (_, i) => i));
  });

  it('have names of their own', () => {
    expect(new Set(kernelCalls.map((call) => call.name)).size).toBe(kernelCalls.length);
  });

  it('belong to Era S up to snapshot and to Era M from detach', () => {
    expect(kernelCallByName('snapshot')).toMatchObject({ number: 35, era: 'S' });
    expect(kernelCallByName('detach')).toMatchObject({ number: 36, era: 'M' });
  });

  it('take push and pull by descriptor in Era M', () => {
    expect(kernelCallByNumber(33)?.arguments.length).toBe(4);
    expect(kernelCallByNumber(33, 'M')?.arguments.map(({ name }) => name)).toEqual(['bulk']);
  });

  it('take push and pull by four words in the steps of Era M before the descriptor, and know no signals there', () => {
    expect(kernelCallByNumber(33, 'M2')?.arguments.length).toBe(4);
    expect(kernelCallByNumber(39, 'M1')?.name).toBe('execv');
    expect(kernelCallByNumber(43, 'M2')).toBeUndefined();
    expect(kernelCallByNumber(43, 'M3')?.name).toBe('kill');
  });

  it('are others in 2024, answer in EAX alone, and number errors as Linux does', () => {
    const { kernelCalls: calls, resultRegisters, errno: numbers } = callAbis[2024];
    expect(calls.length).toBe(28);
    expect([0, 11, 18, 27].map((number) => kernelCallByNumber(number, '2024')?.name)).toEqual([
      'debug',
      'exit',
      'mmap',
      'pmio_write',
    ]);
    expect(kernelCallByNumber(18, '2024')?.arguments.map(({ name }) => name)).toEqual([
      'pid',
      'addr',
      'prot',
    ]);
    expect([resultRegisters, numbers.ENOSYS, numbers.ENOMEM]).toEqual(['eax', 38, 12]);
  });

  it('of a later era have no name in an earlier one', () => {
    expect(kernelCallByNumber(36)).toBeUndefined();
    expect(kernelCallByNumber(36, 'M')?.name).toBe('detach');
  });

  it('take no more arguments than there are registers for them', () => {
    for (const call of kernelCalls) {
      expect(call.arguments.length, call.name).toBeLessThanOrEqual(argumentRegisters.length);
    }
  });

  it('name the length of each buffer among their own arguments', () => {
    for (const call of kernelCalls) {
      for (const argument of call.arguments) {
        if (argument.type.kind !== 'buffer') continue;
        expect(call.arguments.map((a) => a.name)).toContain(argument.type.length);
      }
    }
  });

  it('are found by number and by name, and unknown ones are not', () => {
    expect(kernelCallByNumber(10)?.name).toBe('mmap');
    expect(kernelCallByNumber(48)).toBeUndefined();
    expect(kernelCallByName('fork')).toBeUndefined();
  });

  it('fail when EDX is -1, and only then', () => {
    expect(kernelCallOutcome(-88, -1)).toEqual({ kind: 'error', errno: errno.ENOSYS });
    expect(kernelCallOutcome(0xffffffa8, 0xffffffff)).toEqual({ kind: 'error', errno: errno.ENOSYS });
    expect(kernelCallOutcome(-1, 0)).toEqual({ kind: 'success', value: 0xffffffff });
  });

  it('fail when EAX is a negated error number, where a kernel answers in EAX alone', () => {
    expect(kernelCallOutcome(-38, 7, 'eax')).toEqual({ kind: 'error', errno: 38 });
    expect(kernelCallOutcome(-4095, 0, 'eax')).toEqual({ kind: 'error', errno: 4095 });
    expect(kernelCallOutcome(-4096, 0, 'eax')).toEqual({ kind: 'success', value: 0xfffff000 });
    expect(kernelCallOutcome(5, -1, 'eax')).toEqual({ kind: 'success', value: 5 });
  });
});

describe('errors', () => {
  it('use a number once', () => {
    expect(new Set(Object.values(errno)).size).toBe(Object.keys(errno).length);
  });

  it('are found by number', () => {
    expect(errnoName(88)).toBe('ENOSYS');
    expect(errnoName(6)).toBeUndefined();
  });
});

describe('structures', () => {
  it('have the sizes of the reference', () => {
    expect(Object.fromEntries(structs.map((layout) => [layout.name, layout.size]))).toEqual({
      envelope: 24,
      data_chunk: 24,
      message: 64,
      host_payload: 51,
      stream_request: 8,
      stream_response: 4,
      thread_arguments: 28,
      mmio_info: 12,
      time: 12,
      pvclock: 40,
      control_page: 4096,
    });
  });

  it('have the sizes of the page on Era M', () => {
    expect(Object.fromEntries(structsM.map((layout) => [layout.name, layout.size]))).toEqual({
      message: 64,
      host_payload: 43,
      scatter: 36,
      scatter_segment: 12,
      bulk: 28,
      signal_action: 20,
      signal_context: 560,
      signal_save: 48,
      signal_frame: 16,
      bundle_header: 16,
      bundle_entry: 16,
    });
  });

  it.each([...structs, ...structsM].map((layout) => [layout.name, layout] as const))(
    '%s has fields without gap or overlap',
    (_, layout) => {
      let end = 0;
      for (const field of layout.fields) {
        expect(field.offset, field.name).toBe(end);
        end += scalarSizes[field.type] * ('count' in field ? field.count : 1);
      }
      expect(end).toBe(layout.size);
    },
  );

  it('put the payload of a message at 13 and the time of the boot at 32', () => {
    expect(message.fields.find((field) => field.name === 'payload')?.offset).toBe(13);
    expect(pvclock.fields.find((field) => field.name === 'boot_time')?.offset).toBe(32);
  });

  it('are read back as they were written', () => {
    const view = new DataView(new ArrayBuffer(100));
    const value = { seconds: 0x1_0000_0001n, nanoseconds: 999_999_999 };
    writeStruct(time, view, 8, value);
    expect(readStruct(time, view, 8)).toEqual(value);
    expect(view.getUint32(8, true)).toBe(1);
  });

  it('keep the fields that a write does not name', () => {
    const view = new DataView(new ArrayBuffer(64));
    view.setUint8(0, 5);
    writeStruct(message, view, 0, { source: -7, payload: [1, 2] });
    expect(readStruct(message, view)).toMatchObject({ type: 5, source: -7 });
    expect(view.getUint8(14)).toBe(2);
  });

  it('refuse an array that is too long', () => {
    const view = new DataView(new ArrayBuffer(64));
    expect(() => {
      writeStruct(message, view, 0, { payload: Array.from({ length: 52 }, () => 0) });
    }).toThrow('message.payload holds 51 elements, got 52');
  });
});
