/** A profile in pprof's format, which `pprof`, Grafana's Pyroscope, speedscope and others read. */
import { gzipSync } from 'node:zlib';
import {
  Function as PprofFunction,
  Line,
  Location,
  Profile as Pprof,
  Sample,
  StringTable,
  ValueType,
} from 'pprof-format';
import type { Profile } from './sampler.ts';

/**
 * A gzipped protobuf. A sample has two values: how many samples, and the guest instructions that they stand for.
 *
 * Source: pprof's profile.proto. No time is in it, so the same run gives the same bytes.
 */
export function toPprof({ stacks, interval }: Profile): Uint8Array {
  const strings = new StringTable();
  const type = (name: string, unit: string): ValueType =>
    new ValueType({ type: strings.dedup(name), unit: strings.dedup(unit) });
  const sampleType = [type('samples', 'count'), type('instructions', 'count')];
  const names = [...new Set(stacks.flatMap(({ frames }) => frames))];
  // 0 stands for none in the format.
  const identifiers = new Map(names.map((name, index) => [name, index + 1]));
  const functions = names.map((name, index) => {
    const text = strings.dedup(name);
    return new PprofFunction({ id: index + 1, name: text, systemName: text });
  });
  const locations = names.map(
    (_, index) => new Location({ id: index + 1, line: [new Line({ functionId: index + 1 })] }),
  );
  const samples = stacks.map(
    ({ frames, samples: count }) =>
      new Sample({
        // innermost first, where ours come outermost first
        locationId: frames.map((name) => identifiers.get(name) ?? 0).reverse(),
        value: [count, count * interval],
      }),
  );
  const encoded = new Pprof({
    sampleType,
    sample: samples,
    location: locations,
    function: functions,
    stringTable: strings,
    periodType: type('instructions', 'count'),
    period: interval,
    defaultSampleType: strings.dedup('instructions'),
  }).encode();
  return gzipSync(encoded);
}
