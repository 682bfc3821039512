/**
 * Error numbers of the guest ABI. The kernel answers them negated in EAX with EDX = -1. They are newlib's numbers,
 * not Linux's: ENOSYS is 88 here, and a POSIX layer on another libc has to translate.
 * Source: ABI reference, "Kernel calls" (list of errno values).
 */
/** Every errno a kernel call can answer, by name. */
export const errno = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EINTR: 4,
  EIO: 5,
  E2BIG: 7,
  ENOEXEC: 8,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  ENODEV: 19,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  EMFILE: 24,
  ENOSPC: 28,
  ESPIPE: 29,
  ERANGE: 34,
  ENOMSG: 35,
  EDEADLK: 45,
  EBADMSG: 77,
  ENOSYS: 88,
  ENOTEMPTY: 90,
  ENAMETOOLONG: 91,
  ELOOP: 92,
  EOPNOTSUPP: 95,
  ENOBUFS: 105,
  ETIMEDOUT: 116,
  ENOTSUP: 134,
  EILSEQ: 138,
  EOVERFLOW: 139,
  ECANCELED: 140,
} as const;

/** Name of an errno of the guest ABI. */
export type ErrnoName = keyof typeof errno;

/** The numbers of the same errors in Linux, which kernels of 2024 answer. Source: ABI reference, "Era 2024". */
export const linuxErrno: Readonly<Record<ErrnoName, number>> = {
  ...errno,
  EDEADLK: 35,
  ENAMETOOLONG: 36,
  ENOSYS: 38,
  ENOTEMPTY: 39,
  ELOOP: 40,
  ENOMSG: 42,
  EBADMSG: 74,
  EOVERFLOW: 75,
  EILSEQ: 84,
  ENOTSUP: 95,
  ETIMEDOUT: 110,
  ECANCELED: 125,
};

const namesByNumber: ReadonlyMap<number, ErrnoName> = new Map(
  (Object.entries(errno) as [ErrnoName, number][]).map(([name, number]) => [number, name]),
);

/**
 * Finds the name of an error number.
 *
 * @param number Positive errno, as in `-EAX` of a failed kernel call.
 * @returns The name, or undefined for a number the ABI does not define.
 */
export function errnoName(number: number): ErrnoName | undefined {
  return namesByNumber.get(number);
}
