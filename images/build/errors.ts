/** The errors of a build: few, each with one line that says what to do. */
export type BuildErrorKind =
  /** The package archive can't be reached. */
  | 'no-network'
  /** Something must be downloaded and this machine has no apt, or no Debian archive in its configuration. */
  | 'no-apt'
  | 'disk-full'
  /** The build cache can't be written to. */
  | 'cache-unwritable'
  /** The build cache or the project lies where the tools of a build cannot work. */
  | 'unusable-path'
  /** A downloaded or hand-placed source is not the file that vendor/lock.json names. */
  | 'digest-mismatch'
  /** A tool that can be had in no way here. */
  | 'tool-missing'
  /** A compiler, make or configure failed; the message names the log. */
  | 'step-failed'
  /** The caller's own program has errors; the message has all that the compiler said. */
  | 'compile-failed'
  /** A source of the caller's own program is not there. */
  | 'source-unreadable'
  /** What was compiled cannot be put where the caller wants it. */
  | 'output-unwritable'
  | 'interrupted';

/** Why images could not be built. Nothing half-built is left in use whatever the kind: run again once the cause is gone. */
export class BuildError extends Error {
  override readonly name = 'BuildError';
  readonly kind: BuildErrorKind;
  /** The log of the step that failed, if there is one. */
  readonly log: string | undefined;

  constructor(kind: BuildErrorKind, message: string, options: { log?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.log = options.log;
  }
}

/** Any failure as a `BuildError`: what the operating system says of full disks and aborted calls is recognized. */
export function asBuildError(
  error: unknown,
  step: string,
  cacheRoot: string,
  log: string | undefined,
): BuildError {
  if (error instanceof BuildError) return error;
  const { code, name, path } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(cacheRoot, error);
  if (/^(EACCES|EPERM|EROFS|ENOTDIR|EEXIST)$/.test(code ?? '') && path?.startsWith(cacheRoot) === true)
    return cacheUnwritable(cacheRoot, error);
  if (name === 'AbortError' || code === 'ABORT_ERR') return interrupted(step, error);
  const text = error instanceof Error ? error.message : String(error);
  if (log === undefined) return new BuildError('step-failed', `${step} failed: ${text}`, { cause: error });
  return new BuildError('step-failed', `${step} failed: ${text} (log: ${log})`, { log, cause: error });
}

export function cacheUnwritable(cacheRoot: string, cause: unknown): BuildError {
  const { code = '' } = cause as NodeJS.ErrnoException;
  const message = `the build cache ${cacheRoot} can't be written to (${code}): set NANVIX_V86_CACHE to a folder that can`;
  return new BuildError('cache-unwritable', message, { cause });
}

export function diskFull(cacheRoot: string, cause?: unknown): BuildError {
  const message = `no space left in ${cacheRoot}: free about 1 GB there, or set NANVIX_V86_CACHE to a folder with room`;
  return new BuildError('disk-full', message, { cause });
}

/** make, configure scripts and their flags take spaces for the ends of words. */
export function unusablePath(cacheRoot: string, projectRoot: string): BuildError | undefined {
  const [path, what] = /\s/.test(cacheRoot)
    ? [cacheRoot, 'the build cache, and set NANVIX_V86_CACHE to it']
    : [projectRoot, 'this project'];
  if (!/\s/.test(path)) return undefined;
  const message = `images cannot be built with a space in the path ${path}: choose a folder without one for ${what}`;
  return new BuildError('unusable-path', message);
}

export function interrupted(step: string, cause?: unknown): BuildError {
  return new BuildError('interrupted', `interrupted during ${step}; run again to go on from there`, {
    cause,
  });
}
