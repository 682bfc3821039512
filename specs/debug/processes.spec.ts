/** Under the debugger several processes are told apart: who runs is said, stops can be limited to one, and each program has its own names. */
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { CommandInterpreter, debug } from '../../harness/debug/index.ts';
import type { DebugSession } from '../../harness/debug/index.ts';
import { bundleOf, programM, withDaemons } from '../support/daemons.ts';

/** Waits for an answer of memd in a function of its own. */
const APP = `
#include <nanvix/kcalls.h>
volatile int told;
__attribute__((noinline)) static int ask(void) {
  struct nanvix_message message = {.type = NANVIX_MESSAGE_IPC, .destination_pid = 2};
  return nanvix_send(&message) != 0 || nanvix_recv(&message) != 0;
}
int main(void) { int failed = ask(); told = 7; return failed; }`;

let bundle: Uint8Array = new Uint8Array(0);
beforeAll(async () => {
  bundle = await withDaemons(await programM('asking', APP), 'app');
});

async function start(program = bundle): Promise<{
  session: DebugSession;
  say: (line: string) => Promise<string>;
}> {
  const session = await debug({ program, memoryMiB: 128, spacing: 50_000 });
  onTestFinished(() => {
    session.dispose();
  });
  const interpreter = new CommandInterpreter(session);
  const say = async (line: string): Promise<string> => {
    let said = '';
    await interpreter.execute(line, (text) => (said += text));
    return said;
  };
  return { session, say };
}

describe('a stop', () => {
  it('says which process runs', async () => {
    const { say } = await start();
    await say('catch send in app');
    expect(await say('continue')).toMatch(/call send\(.*\n.* ring 0, process 4 app: /u);
    expect(await say('finish')).toMatch(/send = 0.*\n.* ring 3, process 4 app: /u);
  });

  it('before any program runs says nothing of one', async () => {
    const { say } = await start();
    expect(await say('where')).not.toContain('process');
  });

  it('at a symbol of one program is not met in another, which has other code there', async () => {
    const { session, say } = await start();
    await say('break app:main');
    const stop = session.continue();
    expect([stop.kind, session.process?.pid, session.process?.program]).toEqual(['breakpoint', 4, 'app']);
    expect(session.continue().kind).toBe('exit');
  });

  it.each(['main in memd', 'memd:main', '2:main', '*memd:main in 2'])(
    '`break %s` is in memd',
    async (where) => {
      const { session, say } = await start();
      expect(await say(`break ${where}`)).toBe(`stop 1: break ${where}\n`);
      session.continue();
      expect(session.process?.pid).toBe(2);
      expect(session.describe(session.machine.registers.get('eip'))).toBe('main');
    },
  );

  it('at an address is met in every process that comes there, or in the one that is named', async () => {
    const { session } = await start();
    const at = session.resolve('app:main');
    session.stops.add({ kind: 'breakpoint', at, process: 3 });
    session.stops.add({ kind: 'breakpoint', at, process: 4 });
    const met: (number | undefined)[] = [];
    while (session.continue().kind === 'breakpoint') met.push(session.process?.pid);
    expect(met).toEqual(expect.arrayContaining([4]));
    expect(met.every((pid) => pid === 3 || pid === 4)).toBe(true);
  });

  it('is met backwards in the same process', async () => {
    const { session } = await start();
    session.stops.add({ kind: 'call', calls: 'recv', process: 'memd' });
    const forwards: number[] = [];
    while (session.continue().kind === 'call') forwards.push(session.position);
    const backwards: number[] = [];
    while (session.reverseContinue().kind === 'call') {
      backwards.unshift(session.position);
      expect(session.process?.program).toBe('memd');
    }
    expect(forwards.length).toBeGreaterThan(0);
    expect(backwards).toEqual(forwards);
  });

  it('at a write is limited to the program whose variable it is', async () => {
    const { session, say } = await start();
    await say('watch app:told');
    expect(session.continue()).toMatchObject({ kind: 'watchpoint', value: Uint8Array.of(7, 0, 0, 0) });
    expect(session.process?.pid).toBe(4);
  });
});

describe('names', () => {
  it('of the program that runs are its own, and so is the call stack', async () => {
    const { session } = await start();
    session.stops.add({ kind: 'call', calls: 'send', process: 'app' });
    session.continue();
    expect(session.callStack().map((frame) => frame.function)).toEqual(
      expect.arrayContaining(['main', '_start']),
    );
    expect(session.resolve('main')).toBe(session.resolve('app:main'));
  });

  it('that several programs have are asked for with the program', async () => {
    const { say } = await start();
    expect(await say('break main')).toMatch(
      /^error: main is a symbol of procd, memd, vfsd, app: say whose, as procd:main$/mu,
    );
    expect(await say('break told')).toBe('stop 1: break told\n');
    expect(await say('break nobody:main')).toMatch(
      /^error: no program of this guest is "nobody": procd \(1\), memd \(2\), vfsd \(3\), app \(4\)$/mu,
    );
    expect(await say('break app:nothing')).toMatch(/^error: app has no symbol named "nothing"/mu);
  });

  it('can be those of any program in an expression', async () => {
    const { session, say } = await start();
    expect(await say('print app:told+4')).toContain(`0x${(session.resolve('app:told') + 4).toString(16)}`);
  });
});

describe('the list of processes', () => {
  it('has number, program, state and calls of each', async () => {
    const { say } = await start();
    await say('catch send in app');
    await say('continue');
    const lines = (await say('processes')).trimEnd().split('\n');
    expect(lines.map((line) => line.split('  ').slice(0, 2).join(' '))).toEqual(
      expect.arrayContaining(['1 procd waiting', '2 memd waiting', '3 vfsd waiting', '4 app running']),
    );
    await say('delete');
    await say('continue');
    expect(await say('processes')).toMatch(/^4 app {2}ended {2}cr3 0x[0-9a-f]+ {2}\d+ calls$/mu);
  });

  it('is as short as before when the guest goes back', async () => {
    const { session, say } = await start();
    await say('call');
    const first = session.processes;
    await say('continue');
    session.goTo(session.callsSoFar[0]?.instructions ?? 0);
    expect(session.processes).toEqual(first);
  });

  it('is refused where there is one process', async () => {
    const { session, say } = await start(await bundleOf([await programM('asking', APP), 'alone']));
    expect(await say('processes')).toMatch(/^error: this guest has one process$/mu);
    expect([session.process, session.processes]).toEqual([undefined, []]);
    expect(await say('break main')).toBe('stop 1: break main\n');
  });
});

describe('threads', () => {
  it('have their process, and a call stack in its memory with its names', async () => {
    const { session, say } = await start();
    await say('catch send in app');
    await say('continue');
    expect(await say('threads')).toMatch(/^2 {2}\w+ {2}process 2 /mu);
    expect(session.callStackOf(2).map((frame) => frame.function)).toEqual(
      expect.arrayContaining(['main', '_start']),
    );
  });

  it('of two processes of one program are told apart by our kernel', async () => {
    const twin = await programM(
      'twins',
      '#include <unistd.h>\nint main(void) { if (getpid() == 1) usleep(3000); return 0; }',
    );
    const { session } = await start(await bundleOf([twin, 'a'], [twin, 'b']));
    session.stops.add({ kind: 'call', calls: 'exit', process: 'b' });
    session.continue();
    expect([session.process?.pid, session.process?.program]).toEqual([2, 'b']);
  });
});

it('a call comes back in its own process, though others wait at the same address and stack', async () => {
  const twin = await programM(
    'waiting',
    `#include <nanvix/kcalls.h>
    #include <unistd.h>
    int main(void) {
      for (int i = 0; i < 3; i++) nanvix_sched_yield();
      if (nanvix_getpid() == 1) usleep(3000);
      return 0;
    }`,
  );
  const { session } = await start(await bundleOf([twin, 'a'], [twin, 'b']));
  session.stops.add({ kind: 'call', calls: 'sched_yield', process: 1 });
  session.continue();
  const { call } = session;
  const stop = session.finishCall();
  expect(stop).toMatchObject({ kind: 'return', call: { index: call?.index } });
  expect(session.process?.pid).toBe(1);
});
