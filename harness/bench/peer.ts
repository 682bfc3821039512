/**
 * A peer in the same run: QEMU's TCG boots the same kernel, program and ramfs by multiboot, in turn with `nanvix-v86 run`,
 * both as whole processes, so that their ratio holds on a machine whose speed drifts.
 */
import { execa } from 'execa';
import { ensureImages } from '../../images/index.ts';
import { HELLO } from '../hello.ts';
import { wallClock } from '../wall-clock.ts';
import { timeCommand } from './command.ts';
import { medianOf } from './figure.ts';

const QEMU = 'qemu-system-i386';
const EXPECTED = 'CPYTHON_TEST_HELLO: Hello from Python';
const environment = Object.entries({ ...HELLO.env, NANVIX_SNAPSHOT: '0' }).map(
  ([name, value]) => `${name}=${value}`,
);
const COMMAND_LINE = `${HELLO.args.join(' ')};${environment.join(' ')}`;

export interface PeerResult {
  readonly oursMs: number;
  readonly theirsMs: number;
  /** Ours divided by theirs, the median of the pairs: below 1 we are faster. */
  readonly ratio: number;
}

/** False where QEMU is not installed. */
export async function peerInstalled(): Promise<boolean> {
  return !(await execa(QEMU, ['--version'], { reject: false })).failed;
}

async function timeQemu(): Promise<number> {
  const images = await ensureImages();
  const files = `${images.python.elf.path},${images.ramfs.hello.path}`;
  const startedAt = wallClock();
  const { stdout } = await execa(
    QEMU,
    [
      ...['-accel', 'tcg', '-m', '256', '-display', 'none', '-vga', 'none', '-no-reboot'],
      ...['-serial', 'none', '-monitor', 'none', '-net', 'none'],
      ...['-kernel', images.kernel[256].path, '-append', `${HELLO.program} ${COMMAND_LINE}`],
      ...['-initrd', files, '-device', 'isa-debug-exit,iobase=0xf4,iosize=4'],
      ...['-device', 'isa-debugcon,iobase=0xe9,chardev=out', '-chardev', 'stdio,id=out'],
    ],
    { reject: false, stdin: 'ignore', timeout: 60_000 },
  );
  const milliseconds = wallClock() - startedAt;
  if (!stdout.includes(EXPECTED)) throw new Error(`QEMU does not say hello, but: ${stdout.slice(-200)}`);
  return milliseconds;
}

/** Cold hello here and in QEMU, in turn. */
export async function comparePeer(pairs: number): Promise<PeerResult> {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let i = 0; i <= pairs; i++) {
    const { milliseconds } = await timeCommand(['run', '--', HELLO.program, COMMAND_LINE]);
    const qemu = await timeQemu();
    // The first of each fills the disk's caches.
    if (i === 0) continue;
    ours.push(milliseconds);
    theirs.push(qemu);
  }
  return {
    oursMs: medianOf(ours),
    theirsMs: medianOf(theirs),
    ratio: medianOf(ours.map((milliseconds, i) => milliseconds / (theirs[i] ?? NaN))),
  };
}
