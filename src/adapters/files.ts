/** Plan files: read whole, and written without losing what somebody else writes at the same time. */
import nodeFs from 'node:fs';
import { sep } from 'node:path';
import { recover } from './files/away.ts';
import { publish } from './files/publish.ts';
import { digestOf, readStable, type FileText, type Seen } from './files/read.ts';
import { RecentWrites, type Edit } from './files/recent.ts';
import { Replaced } from './files/replaced.ts';
import { failure, failureOf, type FileFailure, type FileSystem, type Signature } from './files/system.ts';

export { createText } from './files/create.ts';
export { removeText } from './files/remove.ts';
export { listPlanFiles, type ListedFile, type PlanFolder } from './files/list.ts';
export { MAX_FILE_BYTES, digestOf } from './files/read.ts';
export type { FileFailure, FileSystem } from './files/system.ts';

/** So often an edit is tried again because somebody else was faster. */
const MAX_TRIES = 100;
/** So many files that one path has replaced in the last seconds are kept open, with so many characters together. */
const MAX_REPLACED = 256;
const MAX_REPLACED_LENGTH = 8 * 1024 * 1024;
/** So many of them are looked at with each edit; the others when their time is over, and before it matters. */
const LOOKED_AT = 8;
/** So many files' recent writes are remembered. */
const MAX_REMEMBERED = 64;

/** Only what others saved is taken up, and what they undid made again. */
const NO_EDIT: Edit = () => null;

type EditResult =
  | {
      readonly type: 'written';
      /** The whole text as published. */
      readonly text: string;
      /** Earlier writes of this process that a save from an older text had undone, and that were made again with this one. */
      readonly reapplied: number;
      /** 1 when nobody interfered. */
      readonly tries: number;
    }
  | { readonly type: 'unchanged'; readonly text: string; readonly signature: Signature }
  | FileFailure;

export interface Files {
  /** The file's text at a moment when nobody was in the middle of saving it. */
  readonly readText: (path: string) => Promise<FileText | FileFailure>;
  /**
   * Applies `edit` to the newest text and publishes the result, again on a newer text when somebody saves meanwhile.
   * `edit` must be idempotent and depend on the text alone; null, or the same text, means nothing to do. Edits of one
   * path run one after the other. Never rejects for a failure of the outside: then the file is unchanged.
   * `once`: the edit is not made again after a save from an older text (for edits that are not idempotent).
   */
  readonly editText: (path: string, edit: Edit, options?: { readonly once?: boolean }) => Promise<EditResult>;
  /** Makes those recent writes again that a save from an older text has undone. To be called where it matters: before a commit, at a boundary. */
  readonly settle: (path: string) => Promise<EditResult>;
  /** Tells of each write, before anybody can have seen it; until the returned function is called. */
  readonly onWrite: (listener: (write: FileWrite) => void) => () => void;
}

/** A text that this process has put in the place of another. */
export interface FileWrite {
  /** Absolute, without symlinks. */
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

interface Remembered {
  readonly writes: RecentWrites;
  readonly seen: Seen;
  /** Oldest first. */
  replaced: readonly Replaced[];
  queue: Promise<unknown>;
}

/** Opens the files below `root` (absolute): a path that leads outside through a symlink is refused. Without a root nothing is. */
export function openFiles(options: { readonly root?: string; readonly fs?: FileSystem } = {}): Files {
  const { root, fs = nodeFs } = options;
  const remembered = new Map<string, Remembered>();
  const listeners = new Set<(write: FileWrite) => void>();
  const wrote = (write: FileWrite): void => listeners.forEach((listener) => listener(write));

  const inside = (real: string): boolean => root === undefined || real.startsWith(fs.realpathSync(root) + sep);

  /** A symlinked plan stays a symlink: its target is edited. */
  function target(path: string): string | FileFailure {
    for (const last of [false, true]) {
      try {
        const real = fs.realpathSync(path);
        return inside(real) ? real : failure('outside', `${path} leads outside the repository.`);
      } catch (error) {
        const failed = failureOf(error, path);
        if (failed.reason !== 'missing') return failed;
        // Missing may mean: away for a moment. Reading waits for it.
        if (last || !recover(fs, path)) return path;
      }
    }
    return path;
  }

  async function edit(path: string, change: Edit, once: boolean): Promise<EditResult> {
    const real = target(path);
    if (typeof real !== 'string') return real;
    const memory = remember(remembered, real);
    const turn = memory.queue.then(() => editNow({ fs, wrote }, real, memory, change, once));
    memory.queue = turn.catch(() => {});
    return turn;
  }

  return {
    async readText(path) {
      const real = target(path);
      if (typeof real !== 'string') return real;
      const read = await readStable(fs, real, remember(remembered, real).seen);
      if (read.type === 'failed') return read;
      return { type: 'text', text: read.text, digest: digestOf(read.bytes), signature: read.signature };
    },
    editText: (path, change, { once = false } = {}) => edit(path, change, once),
    settle: (path) => edit(path, NO_EDIT, true),
    onWrite(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** {@link Files.editText} of the process's own files, without a root: one memory of recent writes for all of its parts. */
export const editText: Files['editText'] = openFiles().editText;

/** Puts files back that a writer which died had renamed away, and removes what it left. `path` is a file, or a folder with a trailing separator. True when one came back. */
export function recoverFiles(path: string): boolean {
  return recover(nodeFs, path);
}

interface Writer {
  readonly fs: FileSystem;
  readonly wrote: (write: FileWrite) => void;
}

async function editNow(writer: Writer, path: string, memory: Remembered, edit: Edit, once: boolean): Promise<EditResult> {
  const { fs, wrote } = writer;
  for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
    const base = await readStable(fs, path, memory.seen);
    if (base.type === 'failed') return base;
    const now = performance.now();
    const replaced = looked(memory, edit === NO_EDIT);
    const late = await withLateSaves(replaced, base.text, memory.writes);
    const mended = memory.writes.mend(late.text, now);
    const reapplied = late.count + mended.count;
    const text = edit(mended.text) ?? mended.text;
    const published = text === base.text ? null : publish(fs, path, base, text);
    if (published?.type === 'failed') return published;
    if (published?.type === 'moved') continue;
    // What others saved and was taken up is theirs.
    if (published !== null && mended.text !== text) wrote({ path, before: mended.text, after: text });
    for (const taken of replaced) taken.take();
    if (published === null) return { type: 'unchanged', text, signature: base.signature };
    keep(memory, new Replaced(fs, published.replaced, base));
    // Its writer may have read the file again before it was taken up, and save without it: then it is made again, as ours would be.
    for (const { edit: taken, before, after } of late.taken) memory.writes.add(taken, before, after, now);
    if (once) memory.writes.text = text;
    else memory.writes.add(edit, mended.text, text, now);
    // Somebody was in the middle of an in-place save: theirs must be taken up before they read the file again.
    const again = looked(memory, false).some((replaced) => replaced.hasChanged())
      ? await editNow(writer, path, memory, NO_EDIT, true)
      : null;
    return { type: 'written', text: again?.type === 'written' ? again.text : text, reapplied, tries };
  }
  return failure('busy', `${path} was not changed: it was saved by somebody else each of ${MAX_TRIES} times it was tried.`);
}

interface LateSaves {
  readonly text: string;
  /** So many of our writes were made again in them. */
  readonly count: number;
  readonly taken: readonly { readonly edit: Edit; readonly before: string; readonly after: string }[];
}

/** The text with what was saved into files that this process has replaced, by somebody who had opened them before. */
async function withLateSaves(kept: readonly Replaced[], current: string, writes: RecentWrites): Promise<LateSaves> {
  let [text, count] = [current, 0];
  const taken: { edit: Edit; before: string; after: string }[] = [];
  for (const replaced of kept) {
    const edit = await replaced.late((late) => {
      const mended = writes.mend(late, performance.now());
      count += mended.count;
      return mended.text;
    });
    if (edit === null) continue;
    const before = text;
    text = edit(before);
    taken.push({ edit, before, after: text });
  }
  return { text, count, taken };
}

function looked({ replaced }: Remembered, all: boolean): Replaced[] {
  return all ? [...replaced] : replaced.filter(({ isDue }, index) => isDue || index >= replaced.length - LOOKED_AT);
}

function keep(memory: Remembered, fresh: Replaced): void {
  const kept = [...memory.replaced.filter(({ isOpen }) => isOpen), fresh];
  let length = kept.reduce((sum, replaced) => sum + replaced.length, 0);
  while (kept.length > 1 && (kept.length > MAX_REPLACED || length > MAX_REPLACED_LENGTH)) {
    const oldest = kept.shift();
    length -= oldest?.length ?? 0;
    oldest?.drop();
  }
  memory.replaced = kept;
}

function remember(remembered: Map<string, Remembered>, path: string): Remembered {
  const known = remembered.get(path);
  if (known !== undefined) return known;
  if (remembered.size >= MAX_REMEMBERED) {
    for (const [other, { writes, replaced }] of remembered) {
      if (!replaced.some(({ isOpen }) => isOpen) && writes.isOver(performance.now())) remembered.delete(other);
    }
  }
  const writes = new RecentWrites();
  const seen: Seen = {
    get written() {
      return writes.text;
    },
    length: 0,
    ending: '',
  };
  const fresh: Remembered = { writes, seen, replaced: [], queue: Promise.resolve() };
  remembered.set(path, fresh);
  return fresh;
}
