/** What the calls about sockets mean: one row per call, in the order of the arguments. */
import * as constants from './constants.ts';
import {
  call,
  choice,
  fd,
  fills,
  flags,
  int,
  output,
  pointer,
  reads,
  size,
  type PosixSignatures,
  type PosixType,
} from './signature.ts';

const kindOfSocket = [
  ['domain', choice(constants.addressFamilies)],
  ['type', flags(constants.socketTypes)],
  ['protocol', int],
] as const;

type NamedType = readonly [name: string, type: PosixType];

/** An address, and behind it its length, of which `position` is the place among the arguments. */
const address = (position: number): NamedType[] => [
  ['address', { kind: 'address', direction: 'in', length: position }],
  ['length', size],
];
/** The same for an address that the call fills in: its length is in a word. */
const filledAddress = (position: number): NamedType[] => [
  ['address', { kind: 'address', direction: 'out', length: position }],
  ['length', output('word')],
];

const messageFlags = ['flags', flags(constants.messageFlags)] as const;
const option = [fd, ['level', int], ['option', int], ['value', pointer]] as const;

export const socketCalls: PosixSignatures = {
  socket: call(kindOfSocket, 'descriptor'),
  socketpair: call([...kindOfSocket, ['fds', output('twoWords')]]),
  bind: call([fd, ...address(2)]),
  listen: call([fd, ['backlog', int]]),
  connect: call([fd, ...address(2)]),
  accept4: call([fd, ...filledAddress(2), ['flags', flags(constants.socketTypes)]], 'descriptor'),
  getsockname: call([fd, ...filledAddress(2)]),
  getpeername: call([fd, ...filledAddress(2)]),
  sendto: call([fd, ['buffer', reads(2)], ['count', size], messageFlags, ...address(5)]),
  recvfrom: call([fd, ['buffer', fills('result')], ['count', size], messageFlags, ...filledAddress(5)]),
  sendmsg: call([fd, ['message', pointer], messageFlags]),
  recvmsg: call([fd, ['message', pointer], messageFlags]),
  shutdown: call([fd, ['how', choice(constants.shutdowns)]]),
  getsockopt: call([...option, ['length', output('word')]]),
  setsockopt: call([...option, ['length', size]]),
};
