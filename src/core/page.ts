/** A page of limited length: what matters most has room first, and what had none is said. */

/** A part of a page. */
export interface Part {
  /** Smaller numbers have room first. */
  readonly priority: number;
  /** Stands or falls with the first block; may be empty. */
  readonly heading: readonly string[];
  /** Pieces of Markdown that are shown whole or not at all, in order: where one has no room, those after it are left out too. */
  readonly blocks: readonly string[];
  /** Characters that this part may take before the others have had theirs. */
  readonly share: number;
  /** Says that so many blocks are left out, e.g. `3 graphs`. */
  readonly left: (count: number) => string;
}

/** Kept for saying what was left out. */
const NOTE_ROOM = 600;

/**
 * Markdown of at most `max` characters (UTF-16 code units). First each part in the order of their priorities takes up to its share, then what is left.
 *
 * @param note makes the last paragraph of what was left out
 */
export function pageOf(parts: readonly Part[], max: number, note: (left: readonly string[]) => string): string {
  const room = max - NOTE_ROOM;
  const taken = new Map<Part, number>();
  let used = 0;
  for (const round of ['share', 'rest'] as const) {
    for (const part of parts.toSorted((a, b) => a.priority - b.priority)) {
      let own = 0;
      for (let at = taken.get(part) ?? 0; at < part.blocks.length; at += 1) {
        const size = sizeOf([...(at === 0 ? part.heading : []), part.blocks[at] ?? '']);
        if (used + size > room || (round === 'share' && own + size > part.share)) break;
        own += size;
        used += size;
        taken.set(part, at + 1);
      }
    }
  }
  const lines = parts.flatMap((part) => {
    const count = taken.get(part) ?? 0;
    return count === 0 ? [] : [...part.heading, ...part.blocks.slice(0, count)];
  });
  const left = parts.flatMap((part) => {
    const count = part.blocks.length - (taken.get(part) ?? 0);
    return count === 0 ? [] : [part.left(count)];
  });
  return (left.length === 0 ? lines : [...lines, '', note(left)]).join('\n');
}

const sizeOf = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + line.length + 1, 0);
