/** The C headers are made from the tables and say so. */
import { describe, expect, it } from 'vitest';
import { generatedHeaders, kernelCalls, kernelCallsOf, type Era } from '../../images/abi/index.ts';

function header(path: string, era: Era = 'S'): string {
  const found = generatedHeaders(era).find((file) => file.path === path);
  if (found === undefined) throw new Error(`no header ${path}`);
  return found.text;
}

describe('generated headers', () => {
  it('say what they are made from', () => {
    for (const file of generatedHeaders('S')) expect(file.text).toContain('Generated from');
  });

  it('are the same each time', () => {
    expect(generatedHeaders('S')).toEqual(generatedHeaders('S'));
  });

  it('define no name twice', () => {
    const names = [...header('nanvix/abi.h').matchAll(/#define (\w+)/g)].map((match) => match[1]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('abi.h defines constants an assembler can read', () => {
    const text = header('nanvix/abi.h');
    expect(text).toContain('#define NANVIX_BOOT_MAGIC 0xc00ffee\n');
    expect(text).toContain('#define NANVIX_KCALL_SNAPSHOT 35\n');
    expect(text).toContain('#define NANVIX_E2BIG 7\n');
    expect(text).toContain('#define NANVIX_PORT_MACHINE 0x604\n');
  });

  it('abi.h checks the layout of each structure when it is compiled', () => {
    expect(header('nanvix/abi.h')).toContain(
      '_Static_assert(__builtin_offsetof(struct nanvix_message, payload) == 13, "message.payload");',
    );
  });

  it('kcalls.h has a stub for each call of Era S', () => {
    const text = header('nanvix/kcalls.h');
    for (const call of kernelCalls) {
      expect(text.includes(` nanvix_${call.name}(`), call.name).toBe(call.era === 'S');
    }
    expect(text).toContain(
      'static inline int64_t nanvix_push(int32_t pid, int32_t tid, const void *buffer, uint32_t length)',
    );
    expect(text).toContain('static inline _Noreturn void nanvix_exit(int32_t status)');
  });

  it('kcalls.h of Era M has push and pull by descriptor, and signals', () => {
    const text = header('nanvix/kcalls.h', 'M');
    for (const call of kernelCallsOf('M')) expect(text, call.name).toContain(` nanvix_${call.name}(`);
    expect(text).toContain('static inline int64_t nanvix_pull(const struct nanvix_bulk *bulk)');
    expect(text).toContain('int $0x81');
  });

  it('abi.h of Era M has messages with process and thread', () => {
    const text = header('nanvix/abi.h', 'M');
    expect(text).toContain('#define NANVIX_ERA_M 1\n');
    expect(text).toContain(
      '_Static_assert(__builtin_offsetof(struct nanvix_message, payload) == 21, "message.payload");',
    );
  });

  it('kcall-table.h lists each call with its number of arguments', () => {
    expect(header('nanvix/kcall-table.h')).toContain('    X(27, cond_wait, 4) \\\n');
  });
});
