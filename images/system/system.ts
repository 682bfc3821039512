/**
 * The system that this process runs on, as a value. Open this file first: what differs between systems is behind the files of this
 * folder, and each takes the system as an argument, so that a spec can play another one. The linter refuses `process.platform` and its
 * like everywhere else (.config/portable.mjs).
 */
export interface System {
  /** As Node names it: `linux`, `darwin`, `win32`. */
  readonly platform: NodeJS.Platform;
  /** As Node names it: `x64`, `arm64`. */
  readonly arch: string;
  /** The user's number; undefined where users have none, as on Windows. A file's mode says nothing there either. */
  readonly userId: number | undefined;
}

export const thisSystem: System = {
  platform: process.platform,
  arch: process.arch,
  userId: process.getuid?.(),
};

export const isWindows = ({ platform }: System): boolean => platform === 'win32';

/** Whether guests can be built: the compilers that are fetched are Debian's for this system. */
export const canBuildGuests = ({ platform, arch }: System): boolean => platform === 'linux' && arch === 'x64';

/** For people: `darwin on arm64`. */
export const systemName = ({ platform, arch }: System): string => `${platform} on ${arch}`;
