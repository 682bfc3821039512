/** Parsers for the values of options. Each says what it wants when it gets something else. */
import { InvalidArgumentError } from 'commander';

/** A whole number from `minimum` to `maximum`. */
export function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`give a whole number from ${minimum} to ${maximum}.`);
  };
}

/** A number of milliseconds, or 0 for no limit. */
export function milliseconds(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (Number.isNaN(value))
    throw new InvalidArgumentError('give a number of milliseconds, or 0 for no limit.');
  return value === 0 ? Infinity : value;
}

/** A point in time, as ISO 8601. */
export function instant(text: string): Date {
  // eslint-disable-next-line no-restricted-globals -- parses what the user gave, reads no clock
  const date = new Date(text);
  if (!/^\d{4}-/.test(text) || Number.isNaN(date.getTime())) {
    throw new InvalidArgumentError('give a time such as 2026-05-13T12:00:00Z.');
  }
  return date;
}

/** One of a few words. */
export function oneOf<const Words extends readonly string[]>(words: Words): (text: string) => Words[number] {
  return (text) => {
    const word = words.find((one) => one === text);
    if (word === undefined) throw new InvalidArgumentError(`choose one of ${words.join(', ')}.`);
    return word;
  };
}

/** `K/N`: the K-th of N pieces. */
export function shard(text: string): { readonly index: number; readonly count: number } {
  const [, index, count] = (/^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []).map(Number);
  if (index === undefined || count === undefined || index < 1 || index > count)
    throw new InvalidArgumentError('give K/N, the K-th of N pieces, such as 1/3.');
  return { index, count };
}
