/**
 * The translations that the processor remembers, taken and put back.
 *
 * They are part of a machine's state: a kernel that changes a page table entry without invalidating it sees the old translation for as
 * long as it is remembered. v86 finds compiled code by way of them. What must hold: translations come back in the order in which they
 * were taken, each with the same page behind it.
 */

import type { V86Instance } from './instance.ts';
import { Address, PAGE_WALK_EXPORT, TlbFlag } from './internals.ts';

/** Places among the words of v86's memory. */
const ENTRIES = Address.validTlbEntries / 4;
const COUNT = Address.validTlbCount / 4;
const DATA = Address.tlbData / 4;

/** All of v86's memory as words, for loops. Valid until something of v86 is called. */
const wordsOf = (v86: V86Instance): Int32Array => new Int32Array(v86.bytes.buffer);

/** Pairs of virtual page, then physical page and flags, without the mark that says where code has been compiled. */
export function captureTranslations(v86: V86Instance): Uint32Array {
  const words = wordsOf(v86);
  const count = words[COUNT] ?? 0;
  const out = new Uint32Array(2 * count);
  for (let i = 0; i < count; i++) {
    const page = words[ENTRIES + i] ?? 0;
    const entry = words[DATA + page] ?? 0;
    out[2 * i] = page;
    out[2 * i + 1] = entry === 0 ? 0 : ((entry & ~TlbFlag.hasCode) ^ (page << 12)) - v86.ramStart;
  }
  return out;
}

/**
 * Puts back what {@link captureTranslations} gave. Without `current` there must be no compiled code. With it, what the processor
 * remembers as it was stays, and its code with it. Of the rest, translations that `current` says stand in the page tables are walked
 * anew, which brings their code along; the others are taken for pages with code, which is safe.
 */
export function restoreTranslations(
  v86: V86Instance,
  translations: Uint32Array,
  current?: (page: number, entry: number) => boolean,
): void {
  const stay = current === undefined ? new Set<number>() : stillRemembered(v86, translations);
  forgetAllBut(v86, stay);
  let words = wordsOf(v86);
  let count = 0;
  for (let i = 0; i < translations.length; i += 2) {
    const page = translations[i] ?? 0;
    const entry = translations[i + 1] ?? 0;
    const stays = stay.has(page);
    if (!stays && entry !== 0 && current?.(page, entry) === true) {
      const writable = (entry & TlbFlag.readOnly) === 0 ? 1 : 0;
      words[COUNT] = count;
      v86.exports[PAGE_WALK_EXPORT](page << 12, writable, 0, 0, 1);
      words = wordsOf(v86);
      count = words[COUNT] ?? 0;
      continue;
    }
    words[ENTRIES + count] = page;
    count++;
    if (stays) continue;
    const marked = current === undefined ? entry : entry | TlbFlag.hasCode;
    words[DATA + page] = entry === 0 ? 0 : (marked + v86.ramStart) ^ (page << 12);
  }
  words[COUNT] = count;
}

/** The pages of these translations that the processor remembers as they were. */
function stillRemembered(v86: V86Instance, translations: Uint32Array): Set<number> {
  const words = wordsOf(v86);
  const alike = new Set<number>();
  for (let i = 0; i < translations.length; i += 2) {
    const page = translations[i] ?? 0;
    const entry = translations[i + 1] ?? 0;
    const known = (words[DATA + page] ?? 0) & ~TlbFlag.hasCode;
    if (entry !== 0 && known === ((entry + v86.ramStart) ^ (page << 12))) alike.add(page);
  }
  return alike;
}

/** Has v86 forget all translations, and where they lead to code, but those of some pages. Its list is empty then. */
function forgetAllBut(v86: V86Instance, stay: ReadonlySet<number>): void {
  const words = wordsOf(v86);
  const count = words[COUNT] ?? 0;
  let others = 0;
  for (let i = 0; i < count; i++) {
    const page = words[ENTRIES + i] ?? 0;
    if (!stay.has(page)) words[ENTRIES + others++] = page;
  }
  // it forgets what is on its list
  words[COUNT] = others;
  v86.exports.full_clear_tlb();
}
