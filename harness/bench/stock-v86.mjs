// A process of its own that boots one of our kernels in v86 as it comes from npm, and ends when the guest does.
//
//   node stock-v86.mjs '{"kernel": "kernel.elf", "program": "prog.elf", "memoryMiB": 256, "commandLine": "prog args;ENV=value"}'
//
// v86's own multiboot loader puts the kernel and the program into memory and sets the processor up; no BIOS runs. It leaves out two
// things that the kernel needs, which are put in here before the first instruction: the memory's size, and a second module for the
// ramfs. What the guest prints on port 0xe9 is printed when it ends; its exit status is the process's.
//
// Plain JavaScript, because loading TypeScript would count as v86's time.
import { readFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { V86 } from 'v86';

/** Where v86's loader puts the multiboot information, and the offsets of its fields. */
const INFORMATION = 0x7c00;
const FLAGS = 0;
const MEMORY_UPPER = 8;
const MODULE_COUNT = 20;
const MODULES = 24;
const HAS_MEMORY_SIZE = 1;
/** A table of two modules, in low memory that neither v86's loader nor the kernel uses: begin, end, text, reserved. */
const MODULE_TABLE = 0x7000;
const PAGE = 4096;
const PORT_CONSOLE = 0xe9;
const PORT_EXIT = 0xf4;

const { kernel, program, ramfs, memoryMiB, commandLine } = JSON.parse(process.argv[2] ?? '{}');

/** A file as an ArrayBuffer of its own, which is what v86 takes. */
function contentOf(path) {
  return new Uint8Array(readFileSync(path)).buffer;
}

const emulator = new V86({
  wasm_path: createRequire(import.meta.url)
    .resolve('v86')
    .replace(/[^/\\]*$/, 'v86.wasm'),
  multiboot: { buffer: contentOf(kernel) },
  initrd: { buffer: contentOf(program) },
  // The kernel passes over a first word, where QEMU names the kernel.
  cmdline: `kernel ${commandLine}`,
  memory_size: memoryMiB * 2 ** 20,
  vga_memory_size: 2 ** 20,
  net_device: { type: 'none' },
  disable_keyboard: true,
  disable_mouse: true,
  disable_speaker: true,
  autostart: false,
});

/** Reads or writes little-endian words of the guest's memory. */
const word = (address) => new DataView(emulator.read_memory(address, 4).slice().buffer).getUint32(0, true);
const setWords = (address, ...words) => {
  emulator.write_memory(new Uint8Array(Uint32Array.from(words).buffer), address);
};

emulator.add_listener('emulator-loaded', () => {
  setWords(INFORMATION + FLAGS, word(INFORMATION + FLAGS) | HAS_MEMORY_SIZE);
  setWords(INFORMATION + MEMORY_UPPER, (memoryMiB - 1) * 1024);
  if (ramfs !== undefined) addModule(readFileSync(ramfs));
  const printed = [];
  const { io } = emulator.v86.cpu;
  io.register_write(PORT_CONSOLE, undefined, (byte) => printed.push(byte));
  io.register_write(PORT_EXIT, undefined, undefined, undefined, (status) => {
    writeSync(1, Uint8Array.from(printed));
    process.exit(status);
  });
  void emulator.run();
});

/** Puts a module behind the one that is there, and both into a table. */
function addModule(content) {
  const first = word(INFORMATION + MODULES);
  const [begin, end] = [word(first), word(first + 4)];
  const secondBegin = Math.ceil(end / PAGE) * PAGE;
  emulator.write_memory(content, secondBegin);
  setWords(MODULE_TABLE, begin, end, 0, 0, secondBegin, secondBegin + content.length, 0, 0);
  setWords(INFORMATION + MODULE_COUNT, 2, MODULE_TABLE);
}
