/**
 * What this process wrote to a file in the last seconds, so that a save made from an older text does not undo it.
 *
 * A person's editor (or a script, a formatter, another agent) reads the file, we write, it saves what it read with its
 * change: our write is gone, though nobody meant to take it back. Such a save is told from a deliberate change by
 * three signs, all of which must hold:
 * - it comes within seconds of our write: a person who saw it and disagrees takes longer;
 * - what is missing is the *newest* of our writes, without a gap: a buffer read at one moment lacks all that came later,
 *   while a person takes back one thing and leaves the rest;
 * - making the write again changes exactly what it changed the first time: where the person wrote something else in
 *   that place (`paused` where we wrote `running`), it would change something else, and theirs stands.
 */

/** How long a save is held to be made without knowledge of our write. */
const RECENT_MS = 2_000;
/** So many writes to one file are remembered. */
const RECENT_WRITES = 256;
/** A write is made again at most so often: an editor that never reloads is not fought for ever. */
const MAX_REPEATS = 50;
/** Texts are compared in slices of so many characters before single ones. */
const SLICE = 4_096;

/** Applied to any newer text of the file too, so it must be idempotent: null, or the same text, when there is nothing to do. */
export type Edit = (current: string) => string | null;

interface Write {
  readonly edit: Edit;
  readonly change: string;
  at: number;
  repeats: number;
}

export class RecentWrites {
  readonly #writes: Write[] = [];
  /** The whole text as we last wrote it. */
  text: string | null = null;

  add(edit: Edit, before: string, after: string, now: number): void {
    this.text = after;
    this.#writes.push({ edit, change: changeBetween(before, after), at: now, repeats: 0 });
    // What is not recent any more is never made again, and an edit may hold much.
    const recent = this.#writes.findIndex((write) => now - write.at <= RECENT_MS);
    this.#writes.splice(0, Math.max(recent, this.#writes.length - RECENT_WRITES));
  }

  /** Whether nothing is recent any more. */
  isOver(now: number): boolean {
    const last = this.#writes.at(-1);
    return last === undefined || now - last.at > RECENT_MS;
  }

  /** The text with those of our writes made again that its writer cannot have known; `count` of them. */
  mend(current: string, now: number): { text: string; count: number } {
    if (current === this.text) return { text: current, count: 0 };
    const missing: Write[] = [];
    for (const write of this.#writes.toReversed()) {
      if (now - write.at > RECENT_MS || write.repeats >= MAX_REPEATS) break;
      const again = write.edit(current);
      if (again === null || again === current) break;
      if (changeBetween(current, again) === write.change) missing.unshift(write);
    }
    let text = current;
    for (const write of missing) {
      text = write.edit(text) ?? text;
      write.at = now;
      write.repeats += 1;
    }
    return { text, count: missing.length };
  }
}

/** What an edit did, without where: the differing part of each changed line, in order. */
export function changeBetween(before: string, after: string): string {
  const { start, end } = differingSpan(before, after);
  const removed = before.slice(start, before.length - end).split('\n');
  const added = after.slice(start, after.length - end).split('\n');
  const kept = new Map<string, number>();
  for (const line of added) kept.set(line, (kept.get(line) ?? 0) + 1);
  const gone = removed.filter((line) => !take(kept, line));
  const left = new Map<string, number>();
  for (const line of removed) left.set(line, (left.get(line) ?? 0) + 1);
  const fresh = added.filter((line) => !take(left, line));
  const parts = Array.from({ length: Math.max(gone.length, fresh.length) }, (_, index) => {
    const from = gone[index] ?? '';
    const to = fresh[index] ?? '';
    const shared = edges(from, to);
    return [from.slice(shared.start, from.length - shared.end), to.slice(shared.start, to.length - shared.end)];
  });
  return JSON.stringify(parts);
}

/** Lengths of what two texts share at both ends, cut back to whole lines. */
function differingSpan(a: string, b: string): { start: number; end: number } {
  const { start, end } = edges(a, b);
  const lineEnd = a.indexOf('\n', a.length - end);
  return { start: a.lastIndexOf('\n', start - 1) + 1, end: lineEnd < 0 || end === 0 ? 0 : a.length - lineEnd };
}

function edges(a: string, b: string): { start: number; end: number } {
  const limit = Math.min(a.length, b.length);
  let start = 0;
  while (start + SLICE <= limit && a.slice(start, start + SLICE) === b.slice(start, start + SLICE)) start += SLICE;
  while (start < limit && a.charCodeAt(start) === b.charCodeAt(start)) start += 1;
  let end = 0;
  const rest = limit - start;
  while (end + SLICE <= rest && a.slice(a.length - end - SLICE, a.length - end) === b.slice(b.length - end - SLICE, b.length - end))
    end += SLICE;
  while (end < rest && a.charCodeAt(a.length - 1 - end) === b.charCodeAt(b.length - 1 - end)) end += 1;
  return { start, end };
}

function take(counts: Map<string, number>, line: string): boolean {
  const count = counts.get(line) ?? 0;
  if (count === 0) return false;
  counts.set(line, count - 1);
  return true;
}
