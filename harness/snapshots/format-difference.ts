/** A difference of two snapshots as text for people. */
import { hex32 } from '../../emulator/hex.ts';
import type { PageDifference, SnapshotDifference, ValueDifference } from './diff.ts';

/** Pages listed one by one; of more, only the number is told. */
const PAGES_SHOWN = 40;
/** The same when it is part of another message. */
const BRIEF = 8;

/** Lines for people; `the snapshots are equal` when there is nothing to tell. */
export function formatDifference(difference: SnapshotDifference, shown = PAGES_SHOWN): string {
  const { origin, registers, devices, monitor, pages } = difference;
  const sections = [
    section('origin', [...origin], shown),
    section('registers', registers.map(formatValue), shown),
    section('devices and time', devices.map(formatValue), shown),
    section('monitor', monitor.map(formatValue), shown),
    section('pages of memory', pages.map(formatPage), shown),
  ].filter((text) => text !== '');
  return sections.length === 0 ? 'the snapshots are equal' : sections.join('\n');
}

/** The same, cut to what fits into the message of a failed test. */
export function formatDifferenceBriefly(difference: SnapshotDifference): string {
  return formatDifference(difference, BRIEF);
}

function section(title: string, lines: readonly string[], shown: number): string {
  if (lines.length === 0) return '';
  const rest = lines.length > shown ? [`  … and ${lines.length - shown} more`] : [];
  return [`${title} (${lines.length}):`, ...lines.slice(0, shown).map((line) => `  ${line}`), ...rest].join(
    '\n',
  );
}

function formatValue({ path, a, b }: ValueDifference): string {
  return `${path}: ${a} → ${b}`;
}

function formatPage({ physical, linear, bytes, first, last, symbol }: PageDifference): string {
  const where = linear === undefined || linear === physical ? '' : ` mapped at ${hex32(linear)}`;
  const what = symbol === undefined ? '' : ` in ${symbol}`;
  const range = first === last ? offsetInPage(first) : `${offsetInPage(first)}–${offsetInPage(last)}`;
  return `${hex32(physical)}${where}: ${bytes} ${bytes === 1 ? 'byte' : 'bytes'} at ${range}${what}`;
}

const offsetInPage = (value: number): string => `0x${value.toString(16).padStart(3, '0')}`;
