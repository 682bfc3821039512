/**
 * Kinds of host messages of Era M that a monitor meets beside those of messages.ts, and the processes they come from. Our kernel
 * and POSIX layer send none of them, so no C header has them.
 * Source: the ABI reference's companion for Era M, "Messages" (numbers) and "Frames the host answers".
 */
import { hostHeaders } from './messages.ts';

/** Requests and answers about standard input and the network. */
export const hostKinds = {
  ...hostHeaders,
  socketReceive: 56,
  socketSend: 58,
  sendTo: 155,
  receiveFrom: 157,
  pollInputRequest: 163,
  /** To vfsd: there is input, or its end. */
  inputAvailable: 164,
  /** From vfsd: it wants to be told. */
  inputSubscribe: 165,
  pollInputResponse: 168,
} as const;

/** The smallest and the largest kind there is a name for. */
export const HOST_KINDS = { first: 24, last: 188 } as const;

/** What the response to a poll says. */
export const pollStatuses = { empty: 0, end: 1, data: 2 } as const;

/** Processes of a standalone machine of Era M beside the kernel and host, which is 0. The first program is 4. */
export const daemons = {
  procd: 1,
  /** The number of memd, which is not on the bus. */
  networkd: 2,
  vfsd: 3,
} as const;

/** Status of the refusal that a machine without a network answers: EOPNOTSUPP. */
export const NO_NETWORK_STATUS = 95;

/** A request about host files: the kind of its response, and the form of an error in it. */
export interface HostFileKind {
  readonly name: string;
  readonly request: number;
  readonly response: number;
  /** `i32`, `i64`: a negated errno. `zeros`: nothing but zeros in eras that have such a form, else as `i32`. */
  readonly error: 'i32' | 'i64' | 'zeros';
  /** True for a part of a request that has too much for one message. */
  readonly part?: true;
}

const fileKind = (
  name: string,
  request: number,
  response: number,
  error: HostFileKind['error'] = 'i32',
): HostFileKind => ({ name, request, response, error });
const filePart = (name: string, request: number, response: number): HostFileKind => ({
  ...fileKind(name, request, response),
  part: true,
});

/**
 * Requests about host files. Which of 177 to 180 (times) ask and which answer is not known, so they are not among them. Source: the
 * companion for Era M, "Messages" and "hostfs without a mount".
 */
export const hostFileKinds: readonly HostFileKind[] = [
  fileKind('open', 98, 99),
  fileKind('close', 100, 101),
  fileKind('read', 102, 103),
  fileKind('write', 104, 105),
  fileKind('stat', 106, 107, 'zeros'),
  fileKind('readdir', 108, 109, 'zeros'),
  fileKind('mkdir', 110, 111),
  fileKind('rmdir', 112, 113),
  fileKind('unlink', 114, 115),
  fileKind('rename', 116, 117),
  fileKind('lseek', 118, 119, 'i64'),
  fileKind('truncate', 120, 121),
  fileKind('flush', 122, 123),
  filePart('open', 124, 99),
  filePart('rename', 125, 117),
  filePart('unlink', 126, 115),
  filePart('mkdir', 127, 111),
  filePart('rmdir', 128, 113),
  filePart('symlink', 129, 130),
  fileKind('readlink', 131, 133),
  filePart('readlink', 132, 133),
  fileKind('lstat', 135, 137),
  filePart('lstat', 136, 137),
  fileKind('path-stat', 138, 140),
  filePart('path-stat', 139, 140),
  fileKind('chown', 174, 176),
  filePart('chown', 175, 176),
  fileKind('link', 181, 182),
  fileKind('chmod', 183, 184),
  fileKind('fchmod', 185, 186),
  fileKind('access', 187, 188),
];

/** Identifier of a request whose own cannot be read. */
export const INVALID_REQUEST = 0xffff_ffff;

/**
 * Errors of host files, which number ELOOP as Linux does. Source: the companion for Era M, "hostfs without a mount".
 */
export const hostFileErrno = {
  EPERM: 1,
  ENOENT: 2,
  EIO: 5,
  EBADF: 9,
  EACCES: 13,
  EEXIST: 17,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ELOOP: 40,
} as const;

/**
 * Flags of opening. The page gives none: these are newlib's, as the guest's errors are. A flag that is not among them is refused, so that
 * one of another numbering does no harm.
 */
export const openFlags = {
  accessMask: 3,
  readOnly: 0,
  writeOnly: 1,
  readWrite: 2,
  append: 0x8,
  create: 0x200,
  truncate: 0x400,
  exclusive: 0x800,
  directory: 0x20_0000,
} as const;
