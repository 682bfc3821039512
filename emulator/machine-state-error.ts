/** A call that the machine's state does not allow: it crashed, was disposed of, or is running. */
export class MachineStateError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MachineStateError';
  }
}
