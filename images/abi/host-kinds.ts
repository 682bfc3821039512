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
