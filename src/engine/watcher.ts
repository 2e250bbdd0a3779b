/**
 * Keeps the cache equal to the files, and tells what changed. Hints of the system say when to look; looking (a sync, by signature and
 * digest) says what there is. Where git is at work it waits, so that a branch switch is one change.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { gitAtWork, gitSignature } from '../adapters/git/at-work.ts';
import type { Head } from '../adapters/git/git.ts';
import { remoteFileSystem, watchFolder, type FolderWatch } from '../adapters/watch.ts';
import { remedyOf } from '../core/machine.ts';
import type { PublishedWatchEvent, WatchEvent } from '../core/watch-event.ts';
import { planFolderPath, syncFiles } from './sync.ts';
import { Told, type FoundChange } from './told.ts';
import type { Workspace } from './workspace.ts';

/** All of these are milliseconds. Saves that follow each other so closely are looked at together, … */
const QUIET_MS = 15;
/** … but the first of them waits no longer than this. */
const QUIET_LIMIT_MS = 150;
/** So long after the last hint it is looked at again without one: a hint may be lost, and a later save may leave the same file times. */
const AGAIN_MS = [250, 2_200] as const;
/** Without hints a look takes one part of so many of the time, within limits. */
const IDLE = { parts: 500, most: 60_000 } as const;
const POLLING = { parts: 50, least: 500, most: 5_000 } as const;
/** Changes in a row of which no hint told: then there is nothing to wait for, and the files are polled. */
const MAX_SILENT = 2;
const PACE: Pace = { idleMs: 5_000, silentMs: 1_000 };
/** Between two looks at whether git is done, … */
const GIT_LOOK_MS = 20;
/** … after which HEAD follows the index, … */
const GIT_SETTLE_MS = 25;
/** … after which it is said that it takes long, and at most. */
const GIT_SAID_MS = 5_000;
const GIT_LIMIT_MS = 120_000;

/** How the plans are watched. */
export interface WatchOptions {
  /** Look at the files in turn and do not ask the system for hints. */
  readonly polling?: boolean;
  /** Changes made by this process through the workspace are told too: somebody else has asked for them. */
  readonly own?: boolean;
  /** Where hints come from. */
  readonly hints?: typeof watchFolder;
  readonly pace?: Partial<Pace>;
}

interface Pace {
  /** Without hints it is looked no more often than so. Milliseconds. */
  readonly idleMs: number;
  /** A change of which no hint tells within this time was silent. Milliseconds. */
  readonly silentMs: number;
}

/** A watch that is under way; it keeps the process alive until it is closed. */
export interface Watching {
  /** The cache is equal to the files, and every later change is told. */
  readonly ready: Promise<void>;
  /** When it has come to its end; rejects where it had to end by itself, which is a bug. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

/** Watches the plans of a workspace until it is closed. `listen` is told each event, in order; but for `own`, changes made by this process through the workspace are not told. */
export function watchWorkspace(workspace: Workspace, listen: (event: PublishedWatchEvent) => void, options: WatchOptions = {}): Watching {
  let seq = 0;
  const tell = (event: WatchEvent): void => listen({ schema: 1, seq: ++seq, at: new Date().toISOString(), event });
  const watcher = new Watcher(workspace, tell, options);
  const ready = watcher.begin();
  const ended = ready.then(() => watcher.run()).finally(() => watcher.release());
  // Whoever waits for `ready` hears of it there.
  ended.catch(() => {});
  return {
    ready,
    ended,
    close: async () => {
      watcher.stop();
      await ended;
    },
  };
}

class Watcher {
  readonly #workspace: Workspace;
  readonly #tell: (event: WatchEvent) => void;
  readonly #options: WatchOptions;
  readonly #pace: Pace;
  #folder: FolderWatch | null = null;
  #told: Told | null = null;
  #forget: () => void = () => {};
  #stopped = false;
  #wake: () => void = () => {};
  /** Counts hints; those up to `seen` came before the last look. */
  #hints = 0;
  #seen = 0;
  #hintedAt = Number.NEGATIVE_INFINITY;
  /** Why the files are polled; null where the system gives hints. */
  #polls: string | null = null;
  /** What a look that finds nothing takes. */
  #cost = 0;
  #suspicion: { readonly hints: number; readonly at: number } | null = null;
  #silent = 0;
  #head: Head = { branch: null, commit: null };
  #gitSignature = '';
  /** Sentences that hold still and were told. */
  #problems: ReadonlySet<string> = new Set();

  constructor(workspace: Workspace, tell: (event: WatchEvent) => void, options: WatchOptions) {
    this.#workspace = workspace;
    this.#tell = tell;
    this.#options = options;
    this.#pace = { ...PACE, ...options.pace };
  }

  async begin(): Promise<void> {
    const { plansFolder, files, git } = this.#workspace;
    // Hints first, so that nothing happens between the look and them.
    this.#polls = await this.#listen();
    if (this.#options.own !== true) this.#forget = files.onWrite((write) => this.#told?.own(write));
    await this.#gitRests();
    this.#gitSignature = gitSignature(git.gitDir);
    this.#head = await git.head();
    const { problems } = await syncFiles(this.#workspace);
    this.#told = new Told(() => this.#workspace.store());
    const by = this.#polls === null ? 'notification' : 'polling';
    const folder = planFolderPath(this.#workspace) || plansFolder;
    this.#tell({ type: 'watch-started', folder, plans: this.#told.size, ...this.#head, by, reason: this.#polls ?? '' });
    this.#note(problems);
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      await this.#next();
      await this.#quiet();
      await this.#gitRests();
      if (this.#stopped) return;
      this.#doubt();
      try {
        await this.#look();
      } catch (error) {
        // A full disk, say: it is told, and the next look may find better times.
        const remedy = remedyOf(error);
        if (remedy === null || !(error instanceof Error)) throw error;
        this.#note([`The plans could not be looked at: ${error.message}. ${remedy}`]);
      }
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#wake();
  }

  async release(): Promise<void> {
    this.#forget();
    await this.#folder?.close();
  }

  /** Null, or why there are no hints. */
  async #listen(): Promise<string | null> {
    const { root, plansFolder } = this.#workspace;
    if (this.#options.polling === true) return 'you asked for it';
    const remote = remoteFileSystem(plansFolder);
    if (remote !== null) return `the plans are on ${remote}, where changes of other machines come without a word`;
    try {
      this.#folder = await (this.#options.hints ?? watchFolder)({
        root,
        folder: plansFolder,
        concerns: (name) => name.endsWith('.plan.md') && !name.startsWith('.'),
        hint: () => {
          this.#hints += 1;
          this.#hintedAt = performance.now();
          this.#silent = 0;
          this.#wake();
        },
        fail: (reason) => void this.#poll(reason),
      });
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  async #poll(reason: string): Promise<void> {
    if (this.#polls !== null || this.#told === null) return;
    this.#polls = reason;
    this.#tell({ type: 'polling-chosen', reason, everyMs: this.#idle() });
    this.#wake();
    await this.#folder?.close();
  }

  #idle(): number {
    const { parts, least, most } = this.#polls === null ? { ...IDLE, least: this.#pace.idleMs } : POLLING;
    return Math.min(most, Math.max(least, this.#cost * parts));
  }

  /** Waits for a hint, or until it is time to look without one. */
  async #next(): Promise<void> {
    if (this.#hints > this.#seen || this.#stopped) return;
    const now = performance.now();
    const since = now - this.#hintedAt;
    const again = AGAIN_MS.find((each) => each > since);
    const pauses = [this.#idle(), again === undefined ? Infinity : again - since];
    if (this.#suspicion !== null) pauses.push(this.#suspicion.at + this.#pace.silentMs - now);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(1, Math.min(...pauses)));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #quiet(): Promise<void> {
    const until = performance.now() + QUIET_LIMIT_MS;
    while (!this.#stopped) {
      const now = performance.now();
      const left = Math.min(this.#hintedAt + QUIET_MS, until) - now;
      if (left <= 0) return;
      await delay(left);
    }
  }

  async #gitRests(): Promise<void> {
    const { gitDir } = this.#workspace.git;
    const from = performance.now();
    let said = false;
    for (;;) {
      const busy = gitAtWork(gitDir, Date.now());
      const waited = performance.now() - from;
      if (busy === null || this.#stopped || waited > GIT_LIMIT_MS) return;
      if (!said && waited > GIT_SAID_MS) {
        said = true;
        this.#tell({ type: 'note', text: `Git is at work (${busy}); what changes is told when it is done.` });
      }
      await delay(GIT_LOOK_MS);
      if (gitAtWork(gitDir, Date.now()) === null) await delay(GIT_SETTLE_MS);
    }
  }

  /** Whether changes come without a hint, so that the system cannot be relied on. */
  #doubt(): void {
    const suspicion = this.#suspicion;
    if (suspicion === null || performance.now() - suspicion.at < this.#pace.silentMs) return;
    this.#suspicion = null;
    if (suspicion.hints !== this.#hints) return;
    this.#silent += 1;
    if (this.#silent >= MAX_SILENT) void this.#poll('changes came that the system said nothing of, as on a network drive');
  }

  async #look(): Promise<void> {
    const before = this.#seen;
    this.#seen = this.#hints;
    const start = performance.now();
    const { problems } = await syncFiles(this.#workspace);
    const cost = performance.now() - start;
    const found = this.#told?.take() ?? [];
    const told = await this.#headThen(found);
    this.#note(problems);
    if (found.length === 0) {
      this.#cost = cost;
      return;
    }
    if (this.#polls === null && this.#hints === before) this.#suspicion ??= { hints: this.#hints, at: performance.now() };
    this.#tell({ type: 'plans-changed', ...told, plans: found.map(({ change }) => change) });
  }

  /** Where HEAD is, and whether what was found came with its way there. */
  async #headThen(found: readonly FoundChange[]): Promise<Head & { readonly cause: 'files' | 'git' }> {
    const { git } = this.#workspace;
    const signature = gitSignature(git.gitDir);
    if (signature === this.#gitSignature) return { ...this.#head, cause: 'files' };
    const last = this.#head;
    this.#gitSignature = signature;
    this.#head = await git.head();
    if (found.length === 0 || last.commit === null || this.#head.commit === null || last.commit === this.#head.commit)
      return { ...this.#head, cause: 'files' };
    const moved = new Map((await git.diff(last.commit, this.#head.commit)).map(({ path, after }) => [path, after]));
    const byGit = found.every(({ path, digest }) => moved.get(path) === digest);
    return { ...this.#head, cause: byGit ? 'git' : 'files' };
  }

  #note(problems: readonly string[]): void {
    for (const text of problems) if (!this.#problems.has(text)) this.#tell({ type: 'note', text });
    this.#problems = new Set(problems);
  }
}
