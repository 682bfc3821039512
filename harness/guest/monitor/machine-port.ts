/** The machine port 0x604: what the kernel asks of its host, decoded. */
import { machineCommands, MACHINE_COMMAND_SHIFT, ports } from '../../../images/abi/ports.ts';
import type { PortWidth } from '../../../emulator/types.ts';
import type { ProtocolViolation } from '../stop.ts';
import type { MachinePortForm } from './eras/era.ts';
import { violation } from './violation.ts';

export type MachineCommand =
  | { readonly kind: 'shutdown'; readonly status: number }
  | { readonly kind: 'pause' }
  | { readonly kind: 'snapshot' }
  | { readonly kind: 'boot-complete' }
  | { readonly kind: 'refused'; readonly violation: ProtocolViolation };

/**
 * @param value What the guest wrote, as an unsigned number.
 * @param width Bytes of the write.
 */
export function decodeMachineCommand(value: number, width: PortWidth, form: MachinePortForm): MachineCommand {
  if (width !== form.width) {
    const reason = `a write of ${width} bytes, the protocol has ${form.width} here`;
    return { kind: 'refused', violation: violation(ports.machine, value, reason) };
  }
  if (!form.status) {
    return value === machineCommands.shutdown
      ? { kind: 'shutdown', status: 0 }
      : { kind: 'refused', violation: violation(ports.machine, value, 'unknown command') };
  }
  const argument = value & ((1 << MACHINE_COMMAND_SHIFT) - 1);
  switch (value >>> MACHINE_COMMAND_SHIFT) {
    case machineCommands.shutdown:
      return { kind: 'shutdown', status: argument };
    case machineCommands.pause:
      return { kind: 'pause' };
    case machineCommands.snapshot:
      return { kind: 'snapshot' };
    case machineCommands.bootComplete:
      return { kind: 'boot-complete' };
    default:
      return {
        kind: 'refused',
        violation: violation(ports.machine, value, 'unknown command in the upper 16 bits'),
      };
  }
}
