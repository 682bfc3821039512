/**
 * What `nanvixd-v86` does: one machine, with nanvixd's streams, files and exit statuses.
 *
 * - Both output streams of the program go to standard output, as nanvixd has it. The kernel's console goes to its file, else to
 *   standard error.
 * - The exit status is that of the machine; 255 where that is larger, or where the monitor had to end the run.
 *
 * Source: ABI reference for Era M, "nanvixd" and "Status of the machine".
 */
import { basename, join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { exitStatuses } from '../../../images/abi/exit-status.ts';
import { InputError } from '../../guest/errors.ts';
import { exitStatusOf } from '../../guest/exit-status.ts';
import type { Guest } from '../../guest/guest.ts';
import type { Log } from '../../guest/log.ts';
import type { BootOptions } from '../../guest/options.ts';
import type { Stop } from '../../guest/stop.ts';
import { COMPILE_AFTER } from '../guest-options.ts';
import { explainPanic } from '../report.ts';
import { Sink } from '../sink.ts';
import { ProcessInput, writeThrough } from '../standard-streams.ts';
import { version } from '../version.ts';
import type { NanvixdRun } from './arguments.ts';
import { makeFolder } from '../../../images/system/folders.ts';

/** The monitor had to end the run, or the guest's status is no byte. */
const STATUS_MONITOR = 255;
const LARGEST_STATUS = 255;
const LOG_FILE = 'nanvixd-v86.log';
/** The word among the kernel's arguments that allows a snapshot. */
const SNAPSHOT_WORD = 'snapshot';
/** Ends a run with status 0. */
const INTERRUPTED = 'SIGUSR1';

/** Runs the machine to its end. @returns The exit status of the process. */
export async function runNanvixd(run: NanvixdRun): Promise<number> {
  const logger = await openLogger(run);
  logger.info(`nanvixd ${version()}, standalone deployment, interactive mode, machine microvm`);
  if (run.snapshot !== undefined) logger.info(`snapshot restore from: ${run.snapshot}`);
  const console = new Sink(run.consoleFile, 'stderr');
  const stdin = new ProcessInput();
  const options = {
    stdin,
    onSnapshot: 'stop',
    onConsole: (bytes) => {
      console.write(bytes);
    },
    onOutput: (_stream, bytes) => void writeThrough('stdout', bytes),
    log: logOf(logger),
    ...(run.mount !== undefined && { mount: run.mount }),
    compile: COMPILE_AFTER,
    deadlines: { wallMs: Infinity, virtualMs: Infinity },
  } as const satisfies Partial<BootOptions>;
  try {
    if (run.gdbPort !== undefined) return await underGdbOf(run, run.gdbPort, options);
    const guest = await start(run, options);
    try {
      return await toItsEnd(guest, run, logger);
    } finally {
      guest.dispose();
    }
  } finally {
    stdin.close();
    console.close();
  }
}

/** What a machine is booted with. */
function bootOptionsOf(run: NanvixdRun, options: Partial<BootOptions>): BootOptions {
  return {
    ...options,
    ...(run.kernel !== undefined && { kernel: run.kernel }),
    ...(run.sysroot !== undefined && { sysroot: run.sysroot }),
    // A bare name is a file here, never a program that is built by this package.
    program: resolve(run.program),
    programName: basename(run.program),
    commandLine: run.commandLine,
    // A bundle may have words of its own.
    ...(run.kernelArguments !== '' && { kernelArguments: run.kernelArguments }),
    ...(run.era !== undefined && { era: run.era }),
    ...(run.ramfs === undefined ? {} : { ramfs: run.ramfs }),
  };
}

async function start(run: NanvixdRun, options: Partial<BootOptions>): Promise<Guest> {
  if (run.snapshot === undefined) {
    const { boot } = await import('../../guest/boot.ts');
    return await boot(bootOptionsOf(run, options));
  }
  const [{ loadFiles }, { restoreSnapshot }] = await Promise.all([
    import('./snapshot-files.ts'),
    import('../../guest/restore.ts'),
  ]);
  return await restoreSnapshot(await loadFiles(run.snapshot), options);
}

async function toItsEnd(guest: Guest, run: NanvixdRun, logger: Logger): Promise<number> {
  const stop = await untilInterrupted(guest);
  if (stop.kind !== 'snapshot') return statusOf(stop, logger);
  const words = run.snapshot === undefined ? guest.identity.options['kernelArguments'] : run.kernelArguments;
  if (!String(words).split(' ').includes(SNAPSHOT_WORD)) {
    logger.error(`the guest asked for a snapshot, and -kernel-args does not say ${SNAPSHOT_WORD}`);
    return STATUS_MONITOR;
  }
  const { saveFiles } = await import('./snapshot-files.ts');
  await saveFiles(run.kernel ?? 'kernel.elf', guest.capture());
  return 0;
}

/** Runs to the end, or to the signal by which others make nanvixd's host leave the machine. */
async function untilInterrupted(guest: Guest): Promise<Stop> {
  const interruption = new AbortController();
  const interrupt = (): void => {
    interruption.abort(INTERRUPTED);
  };
  process.once(INTERRUPTED, interrupt);
  try {
    return await guest.runToEnd({}, interruption.signal);
  } finally {
    process.off(INTERRUPTED, interrupt);
  }
}

function statusOf(stop: Stop, logger: Logger): number {
  switch (stop.kind) {
    case 'exit':
      // As the real monitor does, which looks at no console: the status stays 0.
      if (stop.panic !== undefined) {
        logger.error(stop.panic);
        process.stderr.write(`nanvixd-v86: ${explainPanic(stop.panic, stop.status)}\n`);
      }
      return stop.status > LARGEST_STATUS ? STATUS_MONITOR : stop.status;
    case 'crash':
      logger.error(stop.crash.message);
      return exitStatuses.tripleFault;
    case 'halted':
      logger.error(stop.crash.message);
      return 0;
    case 'requested':
      logger.info(`interrupted by ${INTERRUPTED}`);
      return 0;
    case 'protocol-error':
      logger.error(stop.crash.message);
      process.stderr.write(`nanvixd-v86: ${stop.crash.message}\n`);
      return stop.violation.contradictsEra === true ? exitStatusOf(stop) : STATUS_MONITOR;
    case 'kernel-call':
    case 'snapshot':
    case 'paused':
    case 'deadline':
    case 'reached':
    case 'input':
    case 'breakpoint':
    case 'watchpoint':
      logger.error(`the machine stopped: ${stop.kind}`);
      return STATUS_MONITOR;
  }
}

async function underGdbOf(run: NanvixdRun, port: number, options: Partial<BootOptions>): Promise<number> {
  if (run.snapshot !== undefined) throw new InputError('-gdb-port and -snapshot are mutually exclusive');
  const [{ debug }, { underGdb }] = await Promise.all([
    import('../../debug/index.ts'),
    import('../under-gdb.ts'),
  ]);
  const { onConsole, onOutput, ...rest } = options;
  const session = await debug({
    ...bootOptionsOf(run, rest),
    onOutput: (stream, bytes) => {
      if (stream === 'console') onConsole?.(bytes);
      else onOutput?.(stream, bytes);
    },
  });
  await underGdb(session, port, 'nanvixd-v86');
  const { last } = session;
  session.dispose();
  return last.kind === 'exit' ? Math.min(last.status, STATUS_MONITOR) : 0;
}

async function openLogger({ logFolder }: NanvixdRun): Promise<Logger> {
  const { pino } = await import('pino');
  const level = levelOf(process.env['RUST_LOG']);
  if (logFolder === undefined) return pino({ level, base: null }, pino.destination({ dest: 1, sync: true }));
  try {
    makeFolder(logFolder);
    return pino({ level, base: null }, pino.destination({ dest: join(logFolder, LOG_FILE), sync: true }));
  } catch (error) {
    throw new InputError(
      `the log cannot be written to ${logFolder} (${(error as NodeJS.ErrnoException).code ?? 'error'}): name another folder with -log-dir`,
    );
  }
}

/** Levels of Rust's `log`, which are pino's but for `off`. What is more than a level is left to Rust. */
function levelOf(rustLog: string | undefined): string {
  const word = rustLog?.toLowerCase() ?? 'info';
  if (word === 'off') return 'silent';
  return ['trace', 'debug', 'info', 'warn', 'error'].includes(word) ? word : 'info';
}

function logOf(logger: Logger): Log {
  return {
    debug: (message, details) => {
      logger.debug(details ?? {}, message);
    },
    ...(logger.isLevelEnabled('trace') && {
      trace: (message, details) => {
        logger.trace(details ?? {}, message);
      },
    }),
  };
}
