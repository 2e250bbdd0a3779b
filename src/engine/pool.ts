/**
 * Worktrees for tasks that run beside each other: made one at a time, kept, and used again by later tasks and runs. Nothing in one is
 * ever thrown away: what is found dirty is first kept under `refs/plans/preserved/`.
 */
import { createHash } from 'node:crypto';
import { constants, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Git } from '../adapters/git/git.ts';
import { openGit } from '../adapters/git/open.ts';
import { runProcess } from '../adapters/process.ts';
import { killMarked } from '../adapters/process/group.ts';
import { Problem } from '../core/problem.ts';
import type { Redaction } from '../core/redact.ts';
import { turns } from './turns.ts';
import { takeFile, type Lock } from './lock-file.ts';
import { scrub } from './scrub.ts';
import { holds, takeSnapshot, workDigest } from './snapshot.ts';
import type { Snapshot } from './snapshot.ts';

/** Names, as in a `.gitignore`, the ignored files that a new worktree gets a copy of. */
const INCLUDE_FILE = '.worktreeinclude';
/** Stands in a worktree's own git folder once it is set up; holds a digest of the command. */
const SETUP_MARK = 'plans-setup';
const NOTHING: Snapshot = { head: { branch: null, commit: null }, dirty: new Map() };
/** Up to so many paths a worktree is moved by them alone; with more, git looks at all of it. At 20,000 files both take the same then. */
export const FEW_PATHS = 64;

export interface Slot {
  readonly root: string;
  readonly git: Git;
  /** The commit it stands on. */
  base: string;
  /** What is dirty there and nobody's work: left by the setup. */
  before: Snapshot;
  /** What in it has been brought into the checkout, and its state then: once landed nobody needs it here. */
  spent: { readonly paths: ReadonlySet<string>; readonly digest: string } | null;
  /** Made a moment ago. */
  isNew: boolean;
  /** Set up, as the config says now. */
  isReady: boolean;
}

export type Acquired =
  | { readonly type: 'slot'; readonly slot: Slot }
  | { readonly type: 'failed'; readonly reason: string; readonly tail: string };

export interface PoolOptions {
  /** The checkout. */
  readonly git: Git;
  /** Absolute folder that holds the worktrees. */
  readonly folder: string;
  readonly setup: { readonly run: string; readonly timeoutMs: number } | null;
  readonly env: Readonly<Record<string, string>>;
  /** The run whose agents work there. */
  readonly runId: string;
  readonly signal: AbortSignal;
  readonly redaction: Redaction;
  readonly ignore: (path: string) => boolean;
}

export class WorktreePool {
  readonly #options: PoolOptions;
  readonly #free: Slot[] = [];
  readonly #all: Slot[] = [];
  readonly #locks: Lock[] = [];
  /** Worktrees are made and set up one at a time; what lands meanwhile does not wait for it. */
  readonly #inTurn = turns();
  #count = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** A clean worktree at the commit that holds when one is found. `owner` names the ref under which anything found in it is kept. */
  async acquire(at: () => string, owner: string): Promise<Acquired> {
    const slot = this.#free.pop() ?? (await this.#inTurn(() => this.#open(at())));
    if (!slot.isNew) await this.reset(slot, at(), owner);
    const failed = slot.isReady ? null : await this.#inTurn(() => this.#setUp(slot));
    if (failed === null) return { type: 'slot', slot };
    this.#free.push(slot);
    return failed;
  }

  release(slot: Slot): void {
    this.#free.push(slot);
  }

  /** Puts a worktree on a commit; what is dirty in it and not the setup's is kept first. */
  async reset(slot: Slot, commit: string, owner: string): Promise<void> {
    if (!(await this.#advance(slot, commit))) await this.#clean(slot, commit, owner);
    slot.spent = null;
    slot.base = commit;
    slot.before = { ...slot.before, head: { branch: null, commit } };
  }

  /**
   * Moves a worktree that stands as it was left by what differs alone, and looks meanwhile whether anything else is in it. True where it is
   * clean; else it may stand anywhere, and whatever is somebody's is still there.
   */
  async #advance({ root, git, base, before, spent }: Slot, commit: string): Promise<boolean> {
    const head = await git.head();
    if (before.dirty.size > 0 || head.branch !== null || head.commit !== base) return false;
    const given = spent !== null && isAsItWas(root, spent) ? spent.paths : new Set<string>();
    const changes = (await this.#options.git.diff(base, commit)).filter(({ path }) => !given.has(path));
    const paths = new Set([...given, ...changes.map(({ path }) => path)]);
    // Of what is put there nothing may be anybody's.
    if (paths.size > FEW_PATHS || !changes.every((change) => holds(root, change.path, change.before))) return false;
    const [status] = await Promise.all([git.status(), git.advance(commit, [...paths])]);
    return status.changes.every(({ path }) => paths.has(path));
  }

  /** Moves a worktree in whatever state; what is dirty in it and not the setup's is kept first. */
  async #clean(slot: Slot, commit: string, owner: string): Promise<void> {
    const { git } = slot;
    let { head, changes } = await git.status();
    const dirty = changes.map(({ path }) => path).filter((path) => !slot.before.dirty.has(path));
    const spent = slot.spent !== null && dirty.every((path) => slot.spent?.paths.has(path)) && isAsItWas(slot.root, slot.spent);
    if (spent && head.branch === null && slot.before.dirty.size === 0) {
      await git.resetTo(commit, dirty);
      head = { branch: null, commit };
    } else if (dirty.length > 0 && head.commit !== null) {
      scrub(slot.root, dirty, this.#options.redaction);
      const kept = await git.keep({ paths: dirty, parent: head.commit, message: `${owner}: found in a worktree` });
      const ref = `refs/plans/preserved/${owner}/${kept.slice(0, 12)}`;
      if ((await git.resolve(ref)) === null) await git.updateRef(ref, kept, null);
      await git.restore(head.commit, dirty);
    }
    if (head.commit !== commit || head.branch !== null) await git.moveTo(commit);
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map(({ git }) => git.close()));
    for (const lock of this.#locks) lock.release();
  }

  /** The next worktree: one that an earlier run left, or a new one. One in which another run works, or that is none of this repository, is passed over. */
  async #open(commit: string): Promise<Slot> {
    const { git, folder, ignore } = this.#options;
    for (;;) {
      this.#count += 1;
      const root = join(folder, String(this.#count));
      await mkdir(folder, { recursive: true });
      if (!(await this.#lock(root))) continue;
      if (existsSync(root)) {
        const slot = await this.#reopen(root, commit);
        if (slot !== null) return slot;
        continue;
      }
      await git.addWorktree(root, commit).catch((error: unknown) => {
        throw new Problem(`No worktree could be made in ${root}: ${error instanceof Error ? error.message : String(error)}`);
      });
      const opened = await openGit(root);
      await this.#include(root);
      // Without a setup nothing is left but what stands there now, and that is looked at once it is ready.
      const before = this.#options.setup === null ? NOTHING : await takeSnapshot(opened, ignore);
      return this.#add({ root: opened.root, git: opened, base: commit, before, isNew: true });
    }
  }

  /** Keeps the runs of other plans out of a worktree; false where one is in it. What a killed one left running there is ended. */
  async #lock(root: string): Promise<boolean> {
    const lock = takeFile(worktreeLock(root), this.#options.git.root, this.#options.runId);
    if ('holder' in lock) return false;
    this.#locks.push(lock);
    if (lock.after !== null) await killMarked(`PLANS_RUN_ID=${lock.after.run}`, null);
    return true;
  }

  async #reopen(root: string, commit: string): Promise<Slot | null> {
    const opened = await openGit(root).catch(() => null);
    if (opened === null || opened.root !== root || opened.commonDir !== this.#options.git.commonDir) {
      await opened?.close();
      return null;
    }
    await opened.finishWorktree(commit);
    await opened.recover();
    const head = await opened.head();
    const before = { head, dirty: new Map(readMark(opened)?.dirty ?? []) };
    return this.#add({ root, git: opened, base: head.commit ?? '', before, isNew: false });
  }

  #add(slot: Omit<Slot, 'spent' | 'isReady'>): Slot {
    const added = { ...slot, spent: null, isReady: false };
    this.#all.push(added);
    return added;
  }

  /** Copies the ignored files that `.worktreeinclude` names; git itself reads the patterns. Copies share blocks where the disk can. */
  async #include(root: string): Promise<void> {
    const { git } = this.#options;
    if (!existsSync(join(git.root, INCLUDE_FILE))) return;
    for (const path of await git.untracked(INCLUDE_FILE)) {
      const target = join(root, path);
      await mkdir(dirname(target), { recursive: true });
      await cp(join(git.root, path), target, { recursive: true, mode: constants.COPYFILE_FICLONE, verbatimSymlinks: true });
    }
  }

  /** Runs the setup command where it has not run, or is another by now. */
  async #setUp(slot: Slot): Promise<Acquired | null> {
    const { setup, env, signal, redaction, ignore } = this.#options;
    const digest = createHash('sha256')
      .update(setup?.run ?? '')
      .digest('hex');
    const isNew = slot.isNew;
    slot.isNew = false;
    slot.isReady = !isNew && readMark(slot.git)?.digest === digest;
    if (slot.isReady) return null;
    if (setup !== null) {
      const command = { shell: setup.run };
      const result = await runProcess({ command, cwd: slot.root, env, wallTimeoutMs: setup.timeoutMs, signal, redaction });
      if (result.ended !== 'exit' || result.exitCode !== 0) {
        const how = result.ended === 'exit' ? `ended with exit code ${result.exitCode ?? result.signal}` : `was stopped (${result.ended})`;
        return { type: 'failed', reason: `The worktree's setup "${setup.run}" ${how}.`, tail: result.tail };
      }
    }
    slot.before = await takeSnapshot(slot.git, ignore);
    writeFileSync(markFile(slot.git), JSON.stringify({ digest, dirty: [...slot.before.dirty] }));
    slot.isReady = true;
    return null;
  }
}

/** The lock of a worktree: it names the run that works there, or that did last when it was killed. */
export function worktreeLock(root: string): string {
  return `${root}.lock`;
}

function isAsItWas(root: string, spent: NonNullable<Slot['spent']>): boolean {
  return workDigest(root, [...spent.paths]) === spent.digest;
}

function markFile(git: Git): string {
  return join(git.gitDir, SETUP_MARK);
}

function readMark(git: Git): { readonly digest: string; readonly dirty: readonly [string, string][] } | null {
  try {
    return JSON.parse(readFileSync(markFile(git), 'utf8')) as { digest: string; dirty: [string, string][] };
  } catch {
    return null;
  }
}
