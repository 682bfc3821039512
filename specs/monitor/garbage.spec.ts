/** Whatever a guest puts on the ports, the monitor answers by a value or passes it over: in every era, for bytes at random that look almost right. */
import { expect, it } from 'vitest';
import { eraSteps } from '../../images/abi/eras.ts';
import { randomNumbers } from '../support/random.ts';
import { playGuest } from './guest.ts';

const PORTS = [0xe9, 0xea, 0xeb, 0x604] as const;
const WRITES = 3000;
/** Where garbage lies: envelope, message, bulk header, data. */
const [ENVELOPE, MESSAGE, BULK, DATA] = [0x10_0000, 0x10_1000, 0x10_2000, 0x10_3000];
const ODD = [0, 1, 3, 0xff, 0x1000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

it.each(eraSteps)('era %s', (era) => {
  const guest = playGuest('some input\n'.repeat(50), { era });
  const { memory } = guest.fake;
  const below = randomNumbers(20_261_128);
  const random = (): number => below(1000) / 1000;
  const oneOf = (values: readonly number[]): number => values[below(values.length)] ?? 0;
  const odd = (): number => (random() < 0.5 ? oneOf(ODD) : below(0x100));
  const word = (address: number, value: number): void => {
    memory.write32(address, value >>> 0);
  };
  for (let index = 0; index < WRITES; index += 1) {
    for (let at = 0; at < 64; at += 4) word(MESSAGE + at, random() < 0.7 ? 0 : odd());
    memory.write(MESSAGE, Uint8Array.of(random() < 0.8 ? 5 : below(256)));
    // Kinds of requests where the layouts have them.
    const kind = below(200);
    memory.write(MESSAGE + oneOf([13, 21]), Uint8Array.of(kind & 0xff, 0));
    for (let at = 0; at < 36; at += 4) word(BULK + at, random() < 0.6 ? below(8) : odd());
    word(BULK + 16, random() < 0.5 ? DATA : ((1 + below(3)) << 16) | below(4));
    word(BULK + 20, random() < 0.5 ? below(5000) : odd());
    word(BULK + 24, oneOf([0, 0, BULK, 0xffff_fffc]));
    word(BULK + 28, random() < 0.7 ? DATA : odd());
    word(BULK + 32, below(5000));
    const envelopeKind = below(5);
    word(ENVELOPE, oneOf([64, 24, ...ODD]));
    word(ENVELOPE + 4, random() < 0.9 ? 0 : odd());
    word(ENVELOPE + 8, envelopeKind);
    word(ENVELOPE + 12, random() < 0.95 ? 0 : odd());
    word(ENVELOPE + 16, random() < 0.9 ? oneOf([MESSAGE, BULK]) : odd());
    word(ENVELOPE + 20, random() < 0.95 ? 0 : odd());
    const value = random() < 0.9 ? oneOf([ENVELOPE, ENVELOPE, MESSAGE]) : odd();
    guest.fake.out(oneOf(PORTS), value, oneOf([1, 2, 4, 4, 4, 4]) as 1 | 2 | 4);
    if (index % 500 === 0) guest.monitor.restore(structuredClone(guest.monitor.capture()));
  }
  // What it did was refused, or it ended the machine: one line each, and never an exception.
  for (const stop of guest.stops) {
    if (stop.kind === 'protocol-error') expect(stop.violation.message).toMatch(/^\S.*\S$/u);
    else expect(['exit', 'pause', 'snapshot', 'input']).toContain(stop.kind);
  }
  expect(guest.stops.length).toBeGreaterThan(10);
});
