/** The snapshot call as a C program makes it. */
import { describe, expect, it } from 'vitest';
import { bootGuest } from '../support/guests.ts';
import { compileC } from '../support/programs.ts';

const SOURCE = `
#include <errno.h>
#include <nanvix/snapshot.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
    for (int i = 0; i < 2; i++)
        puts(nanvix_take_snapshot() == 0 ? "taken" : strerror(errno));
    return 0;
}
`;

describe('nanvix_take_snapshot', () => {
  it.each([
    ['', 'Operation not permitted\nOperation not permitted\n'],
    ['snapshot', 'taken\nOperation not permitted\n'],
    ['nosnapshot', 'Function not implemented\nFunction not implemented\n'],
  ])('with the kernel arguments "%s"', async (kernelArguments, output) => {
    const guest = await bootGuest({ program: await compileC('snapshot', SOURCE), kernelArguments });
    expect(guest.result(await guest.runToEnd())).toMatchObject({ output, exitStatus: 0 });
  });

  it('goes on after a restore as after the call', async () => {
    const guest = await bootGuest({
      program: await compileC('snapshot', SOURCE),
      kernelArguments: 'snapshot',
    });
    guest.runToSnapshot();
    const snapshot = guest.capture();
    guest.run();
    const first = guest.output;
    guest.restore(snapshot);
    guest.run();
    expect(guest.output).toBe(first);
    expect(first).toBe('taken\nOperation not permitted\n');
  });
});
