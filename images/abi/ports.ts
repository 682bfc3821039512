/**
 * I/O ports between the guest's kernel and its host (the virtual-machine monitor). All are writes, and all are
 * synchronous: when the OUT instruction retires, the host has done what was asked.
 * Source: ABI reference, "Ports" and "Exit status".
 */
/** Port numbers. The width of the access is part of the protocol where two meanings share a port. */
export const ports = {
  /** Byte write: one character of the kernel's console. */
  console: 0xe9,
  /** Dword write: physical address of an envelope from guest to host. Same port as the console, other width. */
  busSend: 0xe9,
  /** Dword write: physical address of an envelope whose 64-byte buffer the host fills with the next message. */
  busReceive: 0xea,
  /** Dword write: physical address of an envelope that holds a piece of the kernel's log. Later kernels. */
  kernelLog: 0xeb,
  /** Dword write: (command << 16) | argument, see {@link machineCommands}. */
  machine: 0x604,
  /** First 8259: command and data. */
  pic1Command: 0x20,
  pic1Data: 0x21,
  /** Second 8259: command and data. */
  pic2Command: 0xa0,
  pic2Data: 0xa1,
  /** 8254: data of channel 0, and the mode register. */
  pitChannel0: 0x40,
  pitMode: 0x43,
  /** QEMU's isa-debug-exit where QEMU is started with `-device isa-debug-exit,iobase=0xf4,iosize=4`. Not Nanvix's. */
  qemuDebugExit: 0xf4,
} as const;

/** Commands in the upper half of a dword written to {@link ports}.machine. */
export const machineCommands = {
  /** Ends the machine; the argument is its exit status (u16). */
  shutdown: 0x2000,
  /** Asks the host to pause the machine. */
  pause: 0x3000,
  /** Asks the host to take a snapshot; the guest goes on (or the restored guest does) after the OUT. */
  snapshot: 0x4000,
  /** Announces that the boot is complete (Era M). */
  bootComplete: 0x5000,
} as const;

/** Number of bits that a command of the machine port is shifted left by. */
export const MACHINE_COMMAND_SHIFT = 16;

/** Interrupt controller and timer as every Nanvix kernel programs them. Source: ABI reference, "Boot", interrupts. */
export const interrupts = {
  /** Vector of IRQ 0; IRQ n arrives at base + n. */
  vectorBase: 0x20,
  timerIrq: 0,
  /** Optional: announces a message that waits for the guest. */
  messageIrq: 9,
  /** Rate of PIT channel 0, in Hz. */
  timerRate: 1000,
  /** Frequency of the PIT's input clock, in Hz. */
  pitInputRate: 1193182,
  /** Scheduling quantum, in timer ticks. */
  quantumTicks: 50,
} as const;

/** Software-interrupt vectors of kernel calls. Source: ABI reference, "Which Nanvix". */
export const trapVectors = {
  /** Era S. */
  eraS: 0x80,
  /** Era M. */
  eraM: 0x81,
} as const;
