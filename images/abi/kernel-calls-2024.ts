/**
 * The table of kernel calls of 2024 (v1.1.0), whose numbers are others than those of later eras. Our kernel does not serve
 * them; the harness names and decodes them.
 * Source: ABI reference, "Era 2024" (numbers, and mmap's arguments). Arguments it does not give are those of the call of the
 * same name in Era S; where that is a guess, the words are shown as they are. Those of mmio_alloc and mmio_free were seen in the
 * run of a real kernel, v1.1.0.
 */
import type { KernelCall, KernelCallArgument, ResultType } from './kernel-calls.ts';

const word = (name: string): KernelCallArgument => ({ name, type: { kind: 'size' } });
const pid: KernelCallArgument = { name: 'pid', type: { kind: 'process-id' } };
const address: KernelCallArgument = { name: 'addr', type: { kind: 'address' } };
const protection: KernelCallArgument = { name: 'prot', type: { kind: 'protection' } };
const status: KernelCallArgument = { name: 'status', type: { kind: 'exit-status' } };
const port: KernelCallArgument = { name: 'port', type: { kind: 'port' } };
const messageOf = (direction: 'in' | 'out'): KernelCallArgument => ({
  name: 'message',
  type: { kind: 'struct', direction, struct: 'message' },
});
const length: KernelCallArgument = { name: 'length', type: { kind: 'size' } };
const text: KernelCallArgument = {
  name: 'buffer',
  type: { kind: 'buffer', direction: 'in', length: 'length', text: true },
};

type Row = readonly [name: string, args: readonly KernelCallArgument[], result: ResultType, summary: string];

const rows: readonly Row[] = [
  ['debug', [text, length], 'none', "writes text to the kernel's console"],
  ['getpid', [], 'process-id', 'identifier of the process'],
  ['gettid', [], 'thread-id', 'identifier of the calling thread'],
  ['getuid', [], 'count', 'user of the process'],
  ['getgid', [], 'count', 'group of the process'],
  ['geteuid', [], 'count', 'effective user'],
  ['getegid', [], 'count', 'effective group'],
  ['setuid', [word('uid')], 'none', 'sets the user'],
  ['setgid', [word('gid')], 'none', 'sets the group'],
  ['seteuid', [word('uid')], 'none', 'sets the effective user'],
  ['setegid', [word('gid')], 'none', 'sets the effective group'],
  ['exit', [status], 'never', 'ends the process'],
  [
    'capctl',
    [
      { name: 'capability', type: { kind: 'capability' } },
      { name: 'on', type: { kind: 'switch', off: 'release', on: 'acquire' } },
    ],
    'none',
    'acquires or releases a capability',
  ],
  ['resume', [word('event')], 'none', 'resumes what an event stopped'],
  ['terminate', [pid], 'none', 'ends another process'],
  ['evctrl', [word('event'), word('request')], 'none', 'registers for an event'],
  ['send', [messageOf('in')], 'none', 'sends a message'],
  ['recv', [messageOf('out')], 'none', 'waits for the next message'],
  ['mmap', [pid, address, protection], 'none', 'maps one page at an address'],
  ['munmap', [pid, address], 'none', 'unmaps one page'],
  ['mctrl', [pid, address, protection], 'none', 'changes the protection of one page'],
  [
    'mcopy',
    [
      { name: 'source_pid', type: { kind: 'process-id' } },
      { name: 'source', type: { kind: 'address' } },
      { name: 'destination_pid', type: { kind: 'process-id' } },
      { name: 'destination', type: { kind: 'address' } },
    ],
    'none',
    'copies memory between processes',
  ],
  ['mmio_alloc', [address], 'none', 'takes a memory-mapped region, by its page-aligned address'],
  ['mmio_free', [address], 'none', 'gives a memory-mapped region back'],
  ['pmio_alloc', [port, { name: 'access', type: { kind: 'port-access' } }], 'none', 'takes an I/O port'],
  ['pmio_free', [port], 'none', 'gives an I/O port back'],
  [
    'pmio_read',
    [port, { name: 'width', type: { kind: 'port-width' } }],
    'port-value',
    'reads from an I/O port',
  ],
  [
    'pmio_write',
    [port, { name: 'width', type: { kind: 'port-width' } }, { name: 'value', type: { kind: 'port-value' } }],
    'none',
    'writes to an I/O port',
  ],
];

/** All calls of 2024 in the order of their numbers, without holes. */
export const kernelCalls2024: readonly KernelCall[] = rows.map(([name, args, result, summary], number) => ({
  number,
  name,
  era: '2024',
  arguments: args,
  result,
  errors: [],
  summary,
}));
