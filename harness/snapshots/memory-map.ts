/**
 * A picture of guest memory for the terminal: a grid of cells whose shade says how many pages of each are in use, and
 * the regions of Nanvix's layout with theirs. Plain text; whoever prints it adds colour.
 */
import { hex32 } from '../../emulator/hex.ts';
import { controlPage, initrd, kernelImage, PAGE_SIZE } from '../../images/abi/memory-map.ts';
import type { SnapshotIdentity } from './contents.ts';

/** A named piece of guest memory. */
export interface MemoryRegion {
  readonly name: string;
  readonly start: number;
  /** First address behind it. */
  readonly end: number;
  /** Pages in it that are not all zero. */
  readonly pages: number;
}

/** What the picture shows. */
export interface MemoryMap {
  readonly memoryBytes: number;
  readonly pages: number;
  readonly regions: readonly MemoryRegion[];
  /** For each cell, in order of address: pages in use. */
  readonly cells: readonly number[];
  readonly pagesPerCell: number;
}

const COLUMNS = 64;
const ROWS = 16;
/** From nothing to all of a cell's pages. */
const SHADES = '·░▒▓█';

/** Counts pages by cell and by region. `pages` are page numbers, ascending. */
export function memoryMap(
  pages: readonly number[],
  memoryBytes: number,
  identity: Pick<SnapshotIdentity, 'program' | 'ramfs'>,
): MemoryMap {
  const pagesPerCell = Math.max(1, Math.ceil(memoryBytes / PAGE_SIZE / (COLUMNS * ROWS)));
  const cells = new Array<number>(Math.ceil(memoryBytes / PAGE_SIZE / pagesPerCell)).fill(0);
  for (const page of pages) {
    const cell = Math.floor(page / pagesPerCell);
    cells[cell] = (cells[cell] ?? 0) + 1;
  }
  const inRange = (start: number, end: number): number =>
    pages.filter((page) => page * PAGE_SIZE >= start && page * PAGE_SIZE < end).length;
  return {
    memoryBytes,
    pages: pages.length,
    pagesPerCell,
    cells,
    regions: regionsOf(memoryBytes, identity).map((region) => ({
      ...region,
      pages: inRange(region.start, region.end),
    })),
  };
}

function regionsOf(
  memoryBytes: number,
  identity: Pick<SnapshotIdentity, 'program' | 'ramfs'>,
): Omit<MemoryRegion, 'pages'>[] {
  const programEnd = initrd.base + roundUp(identity.program.bytes) + PAGE_SIZE;
  const ramfsStart = memoryBytes - roundUp(identity.ramfs?.bytes ?? 0);
  const regions = [
    { name: 'control and clock', start: controlPage.base, end: kernelImage.trampoline },
    { name: 'real-mode start', start: kernelImage.trampoline, end: kernelImage.body },
    { name: 'kernel and frames', start: kernelImage.body, end: initrd.base },
    { name: 'program file', start: initrd.base, end: programEnd },
    { name: 'frames', start: programEnd, end: ramfsStart },
    { name: 'ramfs', start: ramfsStart, end: memoryBytes },
  ];
  // A guest whose memory is smaller than Nanvix's layout still has a picture.
  return regions
    .map((region) => ({ ...region, end: Math.min(region.end, memoryBytes) }))
    .filter(({ start, end }) => start < end);
}

/** The picture: one line per row of cells, empty rows in a run drawn once, then the regions. */
export function drawMemoryMap(map: MemoryMap): string {
  const lines = [
    ...gridLines(map),
    '',
    `${SHADES[0] ?? ''} empty  ${SHADES.slice(1)} more and more pages in use`,
    '',
  ];
  const width = Math.max(...map.regions.map(({ name }) => name.length));
  for (const { name, start, end, pages } of map.regions) {
    const total = Math.ceil((end - start) / PAGE_SIZE);
    lines.push(`${hex32(start)}–${hex32(end)}  ${name.padEnd(width)}  ${pages} of ${total} pages`);
  }
  return lines.join('\n');
}

function gridLines({ cells, pagesPerCell }: MemoryMap): string[] {
  const lines: string[] = [];
  let skipped = 0;
  const endRun = (): void => {
    if (skipped > 1) lines.push(`${' '.repeat(10)}  … ${skipped - 1} more empty rows`);
    skipped = 0;
  };
  for (let cell = 0; cell < cells.length; cell += COLUMNS) {
    const row = cells.slice(cell, cell + COLUMNS);
    skipped = row.every((pages) => pages === 0) ? skipped + 1 : (endRun(), 0);
    if (skipped <= 1) {
      lines.push(
        `${hex32(cell * pagesPerCell * PAGE_SIZE)}  ${row.map((pages) => shade(pages, pagesPerCell)).join('')}`,
      );
    }
  }
  endRun();
  return lines;
}

function shade(pages: number, pagesPerCell: number): string {
  return SHADES[Math.ceil((pages / pagesPerCell) * (SHADES.length - 1))] ?? '';
}

const roundUp = (bytes: number): number => Math.ceil(bytes / PAGE_SIZE) * PAGE_SIZE;
