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

/** An address of so many bytes as the argument at a position says, or as the word says that it points to. */
const addressOf = (length: number): PosixType => ({ kind: 'address', direction: 'in', length });
const filledAddress = [
  ['address', { kind: 'address', direction: 'out', length: 2 }],
  ['length', output('word')],
] as const;

const messageFlags = ['flags', flags(constants.messageFlags)] as const;
const option = [fd, ['level', int], ['option', int], ['value', pointer]] as const;

export const socketCalls: PosixSignatures = {
  socket: call(kindOfSocket, 'descriptor'),
  socketpair: call([...kindOfSocket, ['fds', output('twoWords')]]),
  bind: call([fd, ['address', addressOf(2)], ['length', size]]),
  listen: call([fd, ['backlog', int]]),
  connect: call([fd, ['address', addressOf(2)], ['length', size]]),
  accept4: call([fd, ...filledAddress, ['flags', flags(constants.socketTypes)]], 'descriptor'),
  getsockname: call([fd, ...filledAddress]),
  getpeername: call([fd, ...filledAddress]),
  sendto: call([
    fd,
    ['buffer', reads(2)],
    ['count', size],
    messageFlags,
    ['address', addressOf(5)],
    ['length', size],
  ]),
  recvfrom: call([
    fd,
    ['buffer', fills('result')],
    ['count', size],
    messageFlags,
    ['address', { kind: 'address', direction: 'out', length: 5 }],
    ['length', output('word')],
  ]),
  sendmsg: call([fd, ['message', pointer], messageFlags]),
  recvmsg: call([fd, ['message', pointer], messageFlags]),
  shutdown: call([fd, ['how', choice(constants.shutdowns)]]),
  getsockopt: call([...option, ['length', output('word')]]),
  setsockopt: call([...option, ['length', size]]),
};
