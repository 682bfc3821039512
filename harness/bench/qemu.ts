/**
 * QEMU's TCG as a machine for our guests: the same kernel boots by multiboot, and plays the host itself (hostless.c). Output
 * comes over port 0xe9, the exit status through QEMU's debug exit device.
 */
import { existsSync, watch } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';

const QEMU = 'qemu-system-i386';
const SNAPSHOT_NAME = 'snapshot';
/** The smallest disk image that takes a snapshot of the machine: its state lies behind the disk's end. */
const DISK_BYTES = '1M';
const LONGEST_RUN_MS = 120_000;

/** What a machine in QEMU boots. */
export interface QemuGuest {
  /** Paths. */
  readonly kernel: string;
  readonly program: string;
  readonly ramfs?: string;
  readonly memoryMiB: number;
  /** Name of the program, its arguments and environment, as Nanvix writes them. */
  readonly commandLine: string;
  readonly kernelArguments?: string;
  /** Counts instructions and has time go by them, so that runs repeat. */
  readonly icount?: boolean;
}

export interface QemuRun {
  /** What came out of port 0xe9: console and output of the program. */
  readonly console: string;
  readonly exitStatus: number;
}

const tools = {
  'qemu-system-i386': 'qemu-system-x86',
  'qemu-img': 'qemu-utils',
  gdb: 'gdb',
} as const;
type Tool = keyof typeof tools;

/** The Debian packages of those tools that are not installed. */
export async function missingPackages(...wanted: readonly Tool[]): Promise<string[]> {
  const found = await Promise.all(wanted.map((tool) => execa(tool, ['--version'], { reject: false })));
  return wanted.filter((_, index) => found[index]?.failed).map((tool) => tools[tool]);
}

function machineOf(guest: QemuGuest): string[] {
  const { kernel, program, ramfs, memoryMiB, commandLine, kernelArguments = '', icount = false } = guest;
  const files = [`${program} ${kernelArguments}`.trimEnd(), ...(ramfs === undefined ? [] : [ramfs])];
  return [
    ...['-accel', 'tcg', '-m', String(memoryMiB), '-display', 'none', '-vga', 'none', '-no-reboot'],
    ...(icount ? ['-icount', 'shift=0,sleep=off'] : []),
    ...['-serial', 'none', '-monitor', 'none', '-net', 'none'],
    ...['-kernel', kernel, '-append', commandLine, '-initrd', files.join(',')],
    ...['-device', 'isa-debug-exit,iobase=0xf4,iosize=4'],
    ...['-device', 'isa-debugcon,iobase=0xe9,chardev=out', '-chardev', 'stdio,id=out'],
  ];
}

async function runMachine(args: readonly string[]): Promise<QemuRun> {
  const { stdout, exitCode = 0 } = await execa(QEMU, args, {
    reject: false,
    stdin: 'ignore',
    timeout: LONGEST_RUN_MS,
    stripFinalNewline: false,
  });
  // The device makes an odd number of what the guest writes.
  return { console: stdout, exitStatus: exitCode >> 1 };
}

/** Boots a guest and runs it to its end. */
export async function runInQemu(guest: QemuGuest): Promise<QemuRun> {
  return await runMachine(machineOf(guest));
}

/** A machine saved at its snapshot call. */
export class QemuSnapshot {
  readonly #arguments: readonly string[];

  private constructor(args: readonly string[]) {
    this.#arguments = args;
  }

  /**
   * Boots a guest up to its snapshot call, with gdb at its processor, and has QEMU save it into a disk image.
   *
   * @param folder Where the image is put; the caller's to remove.
   */
  static async take(guest: QemuGuest, folder: string): Promise<QemuSnapshot> {
    const disk = join(folder, 'machine.qcow2');
    const socket = join(folder, 'gdb.sock');
    await execa('qemu-img', ['create', '-q', '-f', 'qcow2', disk, DISK_BYTES]);
    const args = [...machineOf(guest), '-drive', `file=${disk},if=none,id=state`];
    const machine = execa(QEMU, [...args, '-S', '-gdb', `unix:${socket},server=on,wait=off`], {
      reject: false,
      stdin: 'ignore',
      timeout: LONGEST_RUN_MS,
    });
    const commands = [
      'set confirm off',
      `file ${guest.kernel}`,
      `target remote ${socket}`,
      'hbreak kcall_snapshot',
      'continue',
      'delete',
      `monitor savevm ${SNAPSHOT_NAME}`,
      'kill',
    ];
    await whenThere(socket, machine);
    const gdb = await execa('gdb', ['-nx', '-batch', ...commands.flatMap((command) => ['-ex', command])], {
      all: true,
      reject: false,
      timeout: LONGEST_RUN_MS,
    });
    machine.kill();
    await machine;
    await rm(socket, { force: true });
    const { stdout } = await execa('qemu-img', ['snapshot', '-l', disk]);
    if (!stdout.includes(SNAPSHOT_NAME)) throw new Error(`QEMU saved no snapshot: ${gdb.all}`);
    return new QemuSnapshot([...args, '-loadvm', SNAPSHOT_NAME]);
  }

  /** Restores the machine in a process of its own and runs it to its end. */
  async run(): Promise<QemuRun> {
    return await runMachine(this.#arguments);
  }
}

/** Waits until a process has made a file, or has ended. */
async function whenThere(path: string, process: PromiseLike<unknown>): Promise<void> {
  await new Promise<void>((resolve) => {
    const watcher = watch(dirname(path), () => {
      if (existsSync(path)) done();
    });
    const done = (): void => {
      watcher.close();
      resolve();
    };
    void process.then(done);
    if (existsSync(path)) done();
  });
}
