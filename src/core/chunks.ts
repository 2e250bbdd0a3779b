/**
 * A plan's text in chunks that can be read one by one, so that after an edit only what changed is read again.
 *
 * A chunk ends where a line begins that closes every open block by itself: an ATX heading, or a task's bullet, in the first column.
 * Only a fence or an HTML block at the top level can still be open there, and then the reading of the chunk says so and it is
 * read again with what follows. So the chunks together give what the whole text gives.
 */
import { lineStart } from './lines.ts';
import type { SectionCache } from './section-cache.ts';
import { findPlainItem } from './plain-item.ts';
import { readSection, type Section } from './section.ts';
import { WINDOW_UNITS } from './windows.ts';

/**
 * Where a chunk may begin: after a line ending, at an ATX heading or a bullet with a box. A numbered item only after a blank line, since
 * most numbers cannot interrupt a paragraph.
 */
const START =
  /(?:\r\n|(?<!\r)\n|\r(?!\n))(?=#{1,6}[ \t]|[-*+] \[[ xX~-]\][ \t])|(?<=[\r\n][ \t]*)(?:\r\n|(?<!\r)\n|\r(?!\n))(?=\d{1,9}[.)] \[[ xX~-]\][ \t])/g;

/** One chunk's reading, and where the chunk begins in the text. */
export interface PlacedSection {
  readonly base: number;
  readonly section: Section;
}

/** Reads the text from `from` on. */
export function readSections(text: string, from: number, cache: SectionCache | undefined): readonly PlacedSection[] {
  const starts = [from];
  const pattern = new RegExp(START);
  pattern.lastIndex = from;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const start = match.index + match[0].length;
    const isNumber = /\d/.test(text[start] ?? '');
    if (start > from && !(isNumber && isIndented(text, match.index))) starts.push(start);
  }
  const chunk = (index: number, count: number) => text.slice(starts[index], starts[index + count] ?? text.length);
  const sections: PlacedSection[] = [];
  for (let index = 0; index < starts.length;) {
    const base = starts[index] ?? from;
    // Where readings are not kept, chunks are read together up to a window: each reading has a price of its own.
    const isNear = (next: number) => (starts[next] ?? Infinity) - base < WINDOW_UNITS;
    let first = 1;
    if (cache === undefined && !isPlain(chunk(index, 1))) {
      while (isNear(index + first) && !isPlain(chunk(index + first, 1))) first += 1;
    }
    // Doubled while a block is open, so that a long fence costs a few readings and not one for each line in it.
    for (let count = first; ; count *= 2) {
      const section = cache === undefined ? readSection(chunk(index, count)) : cache.read(chunk(index, count), readSection);
      if (section.open && index + count < starts.length) continue;
      sections.push({ base, section });
      index += count;
      break;
    }
  }
  return sections;
}

/** Whether a chunk is read without the parser, and so has no price of its own. */
function isPlain(chunk: string): boolean {
  return findPlainItem(chunk) !== null;
}

/**
 * Whether the last line with text before `offset` is indented as code is. After indented code micromark takes a number other than 1 for
 * text, also behind a blank line, so such a place is no sure split.
 */
function isIndented(text: string, offset: number): boolean {
  let at = offset;
  while (at > 0 && /\s/.test(text[at - 1] ?? '')) at -= 1;
  return /^(?: {4}| {0,3}\t)/.test(text.slice(lineStart(text, at), at));
}
