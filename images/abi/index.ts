/**
 * The numbers of the guest ABI, each in one place. Start with kernel-calls.ts (what a program can ask), then
 * ports.ts and messages.ts (what the kernel asks of its host), memory-map.ts (where things are), structs.ts
 * (how they are laid out) and generate-c.ts (how the guest's C sources learn all this).
 */
export * from './eras.ts';
export * from './errno.ts';
export * from './exit-status.ts';
export * from './generate-c.ts';
export * from './host-kinds.ts';
export * from './kernel-calls-2024.ts';
export * from './kernel-calls.ts';
export * from './layout.ts';
export * from './memory-map.ts';
export * from './messages.ts';
export * from './parameters.ts';
export * from './ports.ts';
export * from './signals.ts';
export * from './structs-m.ts';
export * from './structs.ts';
export { writeHeaders } from './write-headers.ts';
