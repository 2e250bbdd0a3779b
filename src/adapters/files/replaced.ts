/**
 * A file that we have replaced: without a name, still open. Whoever had opened it before (an editor between the look-up
 * of its name and the truncation of an in-place save, in the worst case) writes into it, and nobody would ever see that.
 * It may do so at any time after, on a busy machine: once we have replaced its successor too, or it has saved that itself.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { mergeLate } from './merge.ts';
import { CUT_QUIET_MS, endingOf, isCut, QUIET_MS, type RawText } from './read.ts';
import { closeRead, codeOf, readBytes, type FileSystem, type Signature } from './system.ts';

/** It is kept open for so long; one that was written into stays until that is taken up, at most {@link LATE_KEEP_MS}. */
const KEEP_MS = 5_000;
const LATE_KEEP_MS = 60_000;
/** A late writer is waited for at most so long. */
const LATE_LIMIT_MS = 2_000;

export class Replaced {
  readonly #fs: FileSystem;
  #timer: NodeJS.Timeout;
  #file: number | null;
  #isDue = false;
  /** As it was when what is in it was last taken up. */
  #known: Pick<RawText, 'text' | 'signature'>;
  #read: Pick<RawText, 'text' | 'signature'>;

  /** `file` is open, `known` what was in it when another was published in its place. */
  constructor(fs: FileSystem, file: number, known: Pick<RawText, 'text' | 'signature'>) {
    this.#fs = fs;
    this.#file = file;
    this.#known = known;
    this.#read = known;
    this.#timer = setTimeout(() => this.#end(), KEEP_MS).unref();
  }

  get isOpen(): boolean {
    return this.#file !== null;
  }

  /** Its time is over, but somebody has written into it. */
  get isDue(): boolean {
    return this.#isDue;
  }

  /** Characters held in memory. */
  get length(): number {
    return this.#known.text.length;
  }

  drop(): void {
    clearTimeout(this.#timer);
    if (this.#file !== null) closeRead(this.#fs, this.#file);
    this.#file = null;
  }

  #end(): void {
    if (this.#isDue || !this.hasChanged()) return this.drop();
    this.#isDue = true;
    this.#timer = setTimeout(() => this.#end(), LATE_KEEP_MS).unref();
  }

  /** Whether somebody has written into it since. */
  hasChanged(): boolean {
    const now = this.#look();
    return now !== null && differ(now, this.#known.signature);
  }

  /**
   * What somebody has written into this file since, as a change of any newer text; null where nothing. `mend` makes those of our writes
   * again that it was made without. It stays changed until {@link take}: somebody may be faster than we are in publishing that.
   */
  async late(mend: (late: string) => string): Promise<((current: string) => string) | null> {
    if (!this.hasChanged()) return null;
    const before = this.#known.text;
    const text = await this.#wholeText();
    if (text === null) return null;
    const late = mend(text);
    return (current) => mergeLate(before, current, late);
  }

  /** What was last merged has been published. */
  take(): void {
    this.#known = this.#read;
  }

  /** What is in it once that is whole; null for what stays cut off. */
  async #wholeText(): Promise<string | null> {
    const startedAt = performance.now();
    let quietSince = startedAt;
    const { text: before, signature } = this.#known;
    let previous = signature;
    while (performance.now() - startedAt < LATE_LIMIT_MS) {
      const now = this.#look();
      if (now === null) return null;
      if (differ(now, previous)) quietSince = performance.now();
      previous = now;
      const text = this.#textOf(Number(now.size));
      const cut = text === null || isCut(text, { length: before.length, ending: endingOf(before) });
      if (performance.now() - quietSince >= (cut ? CUT_QUIET_MS : QUIET_MS)) {
        this.#read = { text: cut ? before : text, signature: now };
        if (cut) this.take();
        return cut ? null : text;
      }
      await delay(1);
    }
    return null;
  }

  #look(): Signature | null {
    return this.#attempt((file) => this.#fs.fstatSync(file, { bigint: true }));
  }

  #textOf(size: number): string | null {
    return this.#attempt((file) => readBytes(this.#fs, file, size).toString('utf8'));
  }

  #attempt<T>(look: (file: number) => T): T | null {
    if (this.#file === null) return null;
    try {
      return look(this.#file);
    } catch (error) {
      if (codeOf(error) === '') throw error;
      return null;
    }
  }
}

/** The change time moved when the file lost its name; size and modification time move only by a write. */
function differ(a: Signature, b: Signature): boolean {
  return a.size !== b.size || a.mtimeNs !== b.mtimeNs;
}
