/** Readings of a plan's chunks by their text, and of the last whole text. Apart from the reader, so that who only carries the cache about need not load a parser. */
import type { Check } from './check.ts';
import type { Task } from './plan.ts';
import type { Section, TaskBlock } from './section.ts';

/** UTF-16 code units of chunks in one generation of the cache: two plans of 20,000 tasks. */
const GENERATION_UNITS = 8_388_608;

interface Entry {
  readonly key: string;
  readonly section: Section;
}

/** Bounded: when one generation is full, the one before it is forgotten. */
export class SectionCache {
  #young = new Map<string, Entry>();
  #old = new Map<string, Entry>();
  #units = 0;
  #last: { readonly text: string; readonly id: string; readonly known: unknown; readonly check: Check } | null = null;
  readonly #tasks = new WeakMap<TaskBlock, { readonly base: number; readonly task: Task }>();

  /** The chunk's reading, made by `read` where it is not known. */
  read(chunk: string, read: (chunk: string) => Section): Section {
    // Joining makes a new string: a slice would keep the whole text of the file in memory for as long as the entry lives.
    const key = `#${chunk}`;
    const known = this.#young.get(key);
    if (known !== undefined) return known.section;
    const entry = this.#old.get(key) ?? { key, section: read(key.slice(1)) };
    if (this.#units > GENERATION_UNITS) {
      [this.#old, this.#young, this.#units] = [this.#young, new Map(), 0];
    }
    this.#young.set(entry.key, entry);
    this.#units += entry.key.length;
    return entry.section;
  }

  /** The check of a whole text, made by `check` where it is not the last one. */
  check(text: string, id: string, known: unknown, check: () => Check): Check {
    const last = this.#last;
    if (last !== null && last.id === id && last.known === known && last.text === text) return last.check;
    this.#last = { text, id, known, check: check() };
    return this.#last.check;
  }

  /** The task that a block is where its chunk begins at `base`: the same object as long as it does not move, so that readings share it. */
  task(block: TaskBlock, base: number, make: (block: TaskBlock, base: number) => Task): Task {
    const known = this.#tasks.get(block);
    if (known?.base === base) return known.task;
    const task = make(block, base);
    this.#tasks.set(block, { base, task });
    return task;
  }
}
