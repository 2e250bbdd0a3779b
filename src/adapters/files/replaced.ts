/**
 * A file that we have replaced: without a name, still open. Whoever had opened it before (an editor between the look-up
 * of its name and the truncation of an in-place save, in the worst case) writes into it, and nobody would ever see that.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { CUT_QUIET_MS, isCut, QUIET_MS, type Seen } from './read.ts';
import { closeRead, codeOf, readBytes, type FileSystem, type Signature } from './system.ts';

/** It is kept open for so long. */
const KEEP_MS = 2_000;
/** A late writer is waited for at most so long. */
const LATE_LIMIT_MS = 2_000;

export class Replaced {
  readonly #fs: FileSystem;
  readonly #signature: Signature;
  readonly #timer: NodeJS.Timeout;
  #file: number | null;

  constructor(fs: FileSystem, file: number, signature: Signature) {
    this.#fs = fs;
    this.#file = file;
    this.#signature = signature;
    this.#timer = setTimeout(() => this.drop(), KEEP_MS).unref();
  }

  get isOpen(): boolean {
    return this.#file !== null;
  }

  drop(): void {
    clearTimeout(this.#timer);
    if (this.#file !== null) closeRead(this.#fs, this.#file);
    this.#file = null;
  }

  /** Whether somebody has written into it since. */
  hasChanged(): boolean {
    const now = this.#look();
    return now !== null && differ(now, this.#signature);
  }

  /** What somebody has written into it since, once that is whole; null in the common case, and for what stays cut off. */
  async lateText(seen: Seen): Promise<string | null> {
    const startedAt = performance.now();
    let quietSince = startedAt;
    let previous = this.#signature;
    if (!this.hasChanged()) return null;
    while (performance.now() - startedAt < LATE_LIMIT_MS) {
      const now = this.#look();
      if (now === null) return null;
      if (differ(now, previous)) quietSince = performance.now();
      previous = now;
      const text = this.#read(Number(now.size));
      const cut = text === null || isCut(text, seen);
      if (performance.now() - quietSince >= (cut ? CUT_QUIET_MS : QUIET_MS)) return cut ? null : text;
      await delay(1);
    }
    return null;
  }

  #look(): Signature | null {
    return this.#attempt((file) => this.#fs.fstatSync(file, { bigint: true }));
  }

  #read(size: number): string | null {
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
