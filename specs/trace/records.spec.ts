/** What can be done with recorded calls: order, filter, print, sum up, write and read, compare. */
import { describe, expect, it } from 'vitest';
import { InputError } from '../../harness/index.ts';
import {
  compileFilter,
  diffTraces,
  firstDifference,
  formatCallLines,
  formatDiff,
  formatTraceLine,
  parseTrace,
  summarize,
  TRACE_VERSION,
  TracePrinter,
  type CallFilter,
  type CallRecord,
  type TraceHeader,
} from '../../harness/look/trace/index.ts';

function record(index: number, more: Partial<CallRecord> = {}): CallRecord {
  return {
    type: 'call',
    index,
    level: 'kernel',
    depth: 0,
    thread: 1,
    number: 11,
    name: 'munmap',
    arguments: [
      { name: 'pid', value: 1, text: '1' },
      {
        name: 'addr',
        value: 0x60000000 + index * 4096,
        text: `0x${(0x60000000 + index * 4096).toString(16)}`,
      },
    ],
    instructions: 1000 * index,
    nanoseconds: 1000 * index,
    completion: 'returned',
    result: { value: 0, text: '0' },
    duration: 120,
    elapsed: 120,
    returnAddress: 0x40001000,
    ...more,
  };
}

const failure = { result: { value: -16, text: '-1 EBUSY', errno: 'EBUSY' } } as const;

const header: TraceHeader = {
  type: 'trace',
  version: TRACE_VERSION,
  levels: ['kernel'],
  kernel: 'a'.repeat(64),
  program: 'b'.repeat(64),
  ramfs: null,
  options: { commandLine: 'x', seed: 1 },
};

const fileOf = (calls: readonly CallRecord[]): string => [header, ...calls].map(formatTraceLine).join('');

describe('a line', () => {
  it('tells guest time in seconds, thread, call, result and instructions', () => {
    expect(formatCallLines(record(2))).toEqual(['0.000002000 [1] munmap(1, 0x60002000) = 0 <120>']);
  });

  it('is indented inside another call, and says that the kernel was called when both levels are shown', () => {
    expect(formatCallLines(record(2, { depth: 1, parent: 1 }), { markKernel: true })).toEqual([
      '0.000002000 [1]   kernel.munmap(1, 0x60002000) = 0 <120>',
    ]);
  });

  it('shows calls that have not come back, and those that never do', () => {
    const { result, duration, ...open } = record(0);
    expect([result?.text, duration]).toEqual(['0', 120]);
    expect(formatCallLines({ ...open, completion: 'unfinished' })[0]).toMatch(/ <unfinished \.\.\.>\) = \?$/);
    expect(formatCallLines({ ...open, completion: 'never-returns' })[0]).toMatch(/ = \?$/);
  });

  it('is followed by the call stack, where one was recorded', () => {
    const stack = [
      { address: 0x40001000, function: 'main', offset: 16 },
      { address: 0x40002000, guessed: true as const },
    ];
    expect(formatCallLines(record(0, { stack })).slice(1)).toEqual([
      '    at main+0x10 [0x40001000]',
      '    at [0x40002000]?',
    ]);
  });
});

describe('a printed trace', () => {
  /** Prints calls as they are made (`+`) and come back, named by letters; capital letters have arguments filled in. */
  function printed(events: (printer: TracePrinter) => void, filter: CallFilter = {}): string[] {
    const lines: string[] = [];
    const printer = new TracePrinter((line) => lines.push(line), filter);
    events(printer);
    return lines.map((line) => line.replace(/^\S+ /, ''));
  }
  const plain = (index: number, name: string, more: Partial<CallRecord> = {}): CallRecord =>
    record(index, { name, arguments: [], ...more });
  /** The call as it is when it is made. */
  const entry = (call: CallRecord): CallRecord => {
    const { type, index, level, depth, thread, number, name, instructions, nanoseconds, returnAddress } =
      call;
    const made = {
      type,
      index,
      level,
      depth,
      thread,
      number,
      name,
      instructions,
      nanoseconds,
      returnAddress,
    };
    return { ...made, arguments: call.arguments, completion: 'unfinished' };
  };

  it('has calls below the call they were made in, though they come back before it', () => {
    const [outer, first, second] = [
      plain(0, 'munmap'),
      plain(1, 'mmap', { depth: 1 }),
      plain(2, 'mctrl', { depth: 1 }),
    ];
    expect(
      printed((printer) => {
        printer.entered(entry(outer));
        for (const inner of [first, second]) {
          printer.entered(entry(inner));
          printer.over(inner);
        }
        printer.over(outer);
      }),
    ).toEqual(['[1] munmap() = 0 <120>', '[1]   mmap() = 0 <120>', '[1]   mctrl() = 0 <120>']);
  });

  it('has a call that another thread interrupts in two parts, what it fills in behind', () => {
    const pointer = { name: 'time', value: 4, text: '0x4', out: true } as const;
    const number = { name: 'fd', value: 3, text: '3' };
    const blocked = plain(0, 'gettime', { arguments: [number, pointer] });
    const other = plain(1, 'mmap', { thread: 2 });
    expect(
      printed((printer) => {
        printer.entered(entry(blocked));
        printer.entered(entry(other));
        printer.over(other);
        printer.over({ ...blocked, arguments: [number, { ...pointer, text: '{seconds=1}' }] });
      }),
    ).toEqual([
      '[1] gettime(3, <unfinished ...>',
      '[2] mmap() = 0 <120>',
      '[1] <... gettime resumed>{seconds=1}) = 0 <120>',
    ]);
  });

  it('interrupts nothing for a call that is not shown', () => {
    const [blocked, other] = [plain(0, 'gettime'), plain(1, 'mmap', { thread: 2 })];
    expect(
      printed(
        (printer) => {
          printer.entered(entry(blocked));
          printer.entered(entry(other));
          printer.over(other);
          printer.over(blocked);
        },
        { threads: [1] },
      ),
    ).toEqual(['[1] gettime() = 0 <120>']);
  });

  it('waits for the result where that decides', () => {
    const [works, fails] = [plain(0, 'gettime'), plain(1, 'mmap', { thread: 2, ...failure })];
    expect(
      printed(
        (printer) => {
          printer.entered(entry(works));
          printer.entered(entry(fails));
          printer.over(fails);
          printer.over(works);
        },
        { results: ['failed'] },
      ),
    ).toEqual(['[2] mmap() = -1 EBUSY (Device or resource busy) <120>']);
  });

  it('ends with the calls that have not come back', () => {
    const [outer, inner] = [plain(0, 'munmap'), plain(1, 'mmap', { depth: 1 })];
    expect(
      printed((printer) => {
        printer.entered(entry(outer));
        printer.entered(entry(inner));
        printer.finish();
      }),
    ).toEqual(['[1] munmap( <unfinished ...>) = ?', '[1]   mmap( <unfinished ...>) = ?']);
  });

  it('holds little back behind a call that does not come back', () => {
    const lines: string[] = [];
    const printer = new TracePrinter((line) => lines.push(line));
    printer.entered(entry(plain(0, 'munmap')));
    for (let index = 1; index <= 100_000; index++) {
      const inner = plain(index, 'mmap', { depth: 1 });
      printer.entered(entry(inner));
      printer.over(inner);
    }
    expect(lines.length).toBeGreaterThan(98_000);
    expect(lines[0]).toMatch(/munmap\( <unfinished \.\.\.>$/);
  });

  it('says when the program jumped out of a call', () => {
    const left = entry(plain(0, 'gettime'));
    expect(
      printed((printer) => {
        printer.entered(left);
        printer.over({ ...left, completion: 'abandoned' });
      }),
    ).toEqual(['[1] gettime() = ? <left by a jump>']);
  });
});

describe('a filter', () => {
  const calls = [
    record(0),
    record(1, { name: 'mmap', number: 10, ...failure }),
    record(2, { thread: 2 }),
    record(3_000, { name: 'open', level: 'posix', number: 5 }),
  ];
  it.each([
    [{ calls: ['mmap'] }, [1]],
    [{ calls: ['11'] }, [0, 2]],
    [{ calls: ['!mmap', '!open'] }, [0, 2]],
    [{ threads: [2] }, [2]],
    [{ results: ['failed'] }, [1]],
    [{ results: ['EBUSY'] }, [1]],
    [{ results: ['succeeded'] }, [0, 2, 3_000]],
    [{ fromMs: 1 }, [3_000]],
    [{ toMs: 0.002 }, [0, 1]],
  ])('by %j', (filter, expected) => {
    expect(calls.filter(compileFilter(filter)).map((call) => call.index)).toEqual(expected);
  });

  it('refuses a name that no call has, instead of showing nothing', () => {
    expect(() => compileFilter({ calls: ['mmmap'] })).toThrow(InputError);
    expect(() => compileFilter({ results: ['sometimes'] })).toThrow(InputError);
  });
});

describe('a summary', () => {
  it('adds calls, errors and instructions up by level and name', () => {
    const rows = summarize([record(0), record(1), record(2, { name: 'mmap', ...failure, duration: 10 })]);
    expect(rows).toEqual([
      { level: 'kernel', name: 'munmap', calls: 2, errors: 0, instructions: 240 },
      { level: 'kernel', name: 'mmap', calls: 1, errors: 1, instructions: 10 },
    ]);
  });
});

describe('a recorded file', () => {
  it('is read back as it was written, in the order of the calls', () => {
    const calls = [record(1), record(0, failure)];
    expect(parseTrace(fileOf(calls), 'x')).toEqual({ header, calls: [record(0, failure), record(1)] });
  });

  it.each([
    ['empty', ''],
    ['not JSON', 'open("/x")\n'],
    ['without a header', formatTraceLine(record(0))],
    ['of another version', JSON.stringify({ ...header, version: 99 })],
    ['with a damaged line', `${formatTraceLine(header)}{"type":"call"}\n`],
  ])('%s is refused with a line that says what to do', (_what, text) => {
    expect(() => parseTrace(text, 'file.ndjson')).toThrow(InputError);
    expect(() => parseTrace(text, 'file.ndjson')).toThrow(/file\.ndjson/);
  });
});

describe('a comparison', () => {
  const trace = (calls: readonly CallRecord[]) => ({ header, calls });

  it('finds two runs equal whenever they make the same calls, whatever the time', () => {
    const later = [record(0, { nanoseconds: 5 }), record(1, { duration: 999 })];
    expect(firstDifference(diffTraces(trace([record(0), record(1)]), trace(later)))).toBeUndefined();
  });

  it('shows the first call that differs, and aligns the calls behind it', () => {
    const first = [record(0), record(1), record(2), record(3)];
    const second = [record(0), record(1, failure), record(2), record(3)];
    const diff = diffTraces(trace(first), trace(second));
    expect(firstDifference(diff)).toMatchObject({
      kind: 'changed',
      first: [{ index: 1, result: { value: 0 } }],
      second: [{ index: 1, result: { errno: 'EBUSY' } }],
    });
    expect(diff.same).toBe(3);
    expect(formatDiff(diff, ['a', 'b']).join('\n')).toMatch(/^- #1 .*\n\+ #1 .*EBUSY/m);
  });

  it('finds a call that only one run makes', () => {
    const diff = diffTraces(trace([record(0), record(2)]), trace([record(0), record(1), record(2)]));
    expect(firstDifference(diff)).toMatchObject({ kind: 'only-second', second: [{ index: 1 }] });
    expect(diff.same).toBe(2);
  });

  it('can take pointers for equal, and compare durations', () => {
    const moved = record(0, { arguments: [{ name: 'addr', value: 1, text: '0x1 <main>' }] });
    const here = record(0, { arguments: [{ name: 'addr', value: 2, text: '0x2' }] });
    expect(firstDifference(diffTraces(trace([moved]), trace([here])))).toBeDefined();
    expect(
      firstDifference(diffTraces(trace([moved]), trace([here]), { ignorePointers: true })),
    ).toBeUndefined();
    const slower = record(0, { duration: 121 });
    expect(
      firstDifference(diffTraces(trace([record(0)]), trace([slower]), { compareDurations: true })),
    ).toBeDefined();
  });

  it('says when the runs were of different programs', () => {
    const other = { header: { ...header, program: 'c'.repeat(64) }, calls: [] };
    expect(diffTraces(trace([]), other).headerDifferences).toEqual([
      'program: "bbbbbbbbbbbb" and "cccccccccccc"',
    ]);
  });
});
