/** What Plans asks of git. Two implementations pass one conformance suite: `system.ts` (the git program) and `embedded.ts` (isomorphic-git). */
import { Problem } from '../../core/problem.ts';

export interface Head {
  /** Short branch name; null when HEAD is detached. */
  readonly branch: string | null;
  /** Full object id; null on a branch without commits. */
  readonly commit: string | null;
}

/** A path that differs from HEAD (in the index or the work tree) or is untracked. Ignored paths never appear. */
export interface Change {
  /** Relative to the work tree's root, `/`-separated. A rename is a deletion and an addition. */
  readonly path: string;
  readonly kind: 'modified' | 'added' | 'deleted' | 'untracked' | 'conflicted';
  /** The index differs from HEAD at this path. */
  readonly staged: boolean;
  /** It is a repository of its own (untracked, or a submodule), and files in it differ that no commit of this one can hold. */
  readonly nested?: true;
}

export interface WorkTreeStatus {
  readonly head: Head;
  readonly changes: readonly Change[];
}

export interface CommitRequest {
  /** Subject, blank line, body, blank line, trailers. */
  readonly message: string;
  /** Paths whose work-tree content (or absence) goes in. Nothing else does; what a person has staged elsewhere stays staged. */
  readonly paths: readonly string[];
  /** Commit only on this head: otherwise nothing happens and the outcome is `moved`. */
  readonly expect: Head;
  /** The caller has seen that nothing is staged at these paths: git need not be asked which of them are new. */
  readonly unstaged?: boolean;
}

export type CommitOutcome =
  | { readonly type: 'committed'; readonly commit: string; readonly parent: string | null; readonly files: readonly string[] }
  /** A hook said no; its output. The index is as it was before the call; the work tree too, but for what the hook itself wrote. */
  | { readonly type: 'hook-refused'; readonly output: string }
  | { readonly type: 'moved'; readonly head: Head }
  | {
      readonly type: 'failed';
      readonly reason: 'locked' | 'identity' | 'signing' | 'disk-full' | 'read-only' | 'nothing' | 'other';
      readonly message: string;
    };

export interface LogQuery {
  /** Newest commit, included. Default: HEAD. */
  readonly to?: string;
  /** Commits reachable from here are left out. */
  readonly from?: string;
  /** Only commits that touch these paths (files or folders). */
  readonly paths?: readonly string[];
  readonly limit?: number;
  /** Ids: these commits alone, wherever they are, in any order and without their changes. Nothing else of the query counts then. */
  readonly only?: readonly string[];
}

export interface FileChange {
  readonly path: string;
  /** Blob ids; null where the file was added or deleted. */
  readonly before: string | null;
  readonly after: string | null;
}

export interface Commit {
  readonly id: string;
  readonly parents: readonly string[];
  readonly authorName: string;
  /** ISO 8601 with offset, as git has it. */
  readonly authoredAt: string;
  readonly committedAt: string;
  readonly subject: string;
  /** All after the subject, trailers included. */
  readonly body: string;
  /** In order, keys as written. */
  readonly trailers: readonly (readonly [key: string, value: string])[];
  /** Against the first parent, limited to the query's paths; empty for merges. */
  readonly changes: readonly FileChange[];
}

export type Replayed =
  /** A commit on top of the other that holds both changes. */
  | { readonly type: 'clean'; readonly commit: string }
  /** Paths that both changed in ways that do not go together, and git's own words on each. */
  | { readonly type: 'conflict'; readonly paths: readonly string[]; readonly detail: string };

export interface RevertRequest {
  /** The commit whose change is taken back: an ancestor of `onto`, with one parent. */
  readonly commit: string;
  readonly onto: string;
  /** Texts of files that are not merged: in the new commit they are as said here. */
  readonly files: ReadonlyMap<string, string>;
  readonly message: string;
}

/** A ref of a remote and where it has to go; null: it is not there, before or after. */
export interface RemoteUpdate {
  readonly ref: string;
  readonly from: string | null;
  readonly to: string | null;
}

export type RemoteRefs =
  | { readonly type: 'refs'; readonly refs: ReadonlyMap<string, string> }
  /** The remote did not answer; git's own words. */
  | { readonly type: 'unreachable'; readonly message: string };

/** What an implementation cannot do here, as a sentence that says why and what to do. Thrown; a caller shows it as it is. */
export class GitUnsupported extends Problem {
  override readonly name = 'GitUnsupported';
}

/** Why git cannot be used here at all, as a sentence that says what to do. Thrown on opening. */
export class GitUnavailable extends Problem {
  override readonly name = 'GitUnavailable';
  readonly reason: 'missing' | 'not-a-repository' | 'bare' | 'unsafe';

  constructor(reason: GitUnavailable['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

export interface Git {
  readonly name: 'git' | 'isomorphic-git';
  /** Absolute path of the work tree. */
  readonly root: string;
  /** Absolute path of this work tree's own git folder; the common directory in the main work tree. */
  readonly gitDir: string;
  /** Absolute path of git's common directory (`.git` of the main work tree). */
  readonly commonDir: string;
  /** Where the hooks of this work tree are, whoever has said so: an absolute path. */
  readonly hooks: { folder(): Promise<string> };
  head(): Promise<Head>;
  /** Full id of the commit that a revision names, or null where there is none. */
  resolve(revision: string): Promise<string | null>;
  /** `paths` narrows the answer. Untracked folders are listed file by file. */
  status(paths?: readonly string[]): Promise<WorkTreeStatus>;
  /** Untracked files, ignored ones included, that match the patterns of a file in the root, written as in a `.gitignore`. */
  untracked(patterns: string): Promise<readonly string[]>;
  /** The name of a half-done operation (`merge`, `rebase`, `cherry-pick`, `revert`, `bisect`), or null. */
  operation(): Promise<string | null>;
  /** Throws what `commit` would throw for these paths, before anything is changed. */
  assertCommits(paths: readonly string[]): Promise<void>;
  commit(request: CommitRequest): Promise<CommitOutcome>;
  /** Takes away what killed processes of this tool left: locks, temporary files, an index that lacks the last commit. While no other of ours works here. */
  recover(): Promise<void>;
  /** Newest first, topological. */
  log(query?: LogQuery): Promise<readonly Commit[]>;
  /** A blob's bytes by object id; null where there is no such object. */
  readBlob(id: string): Promise<Uint8Array | null>;
  /** A file's bytes in a revision; null where either does not exist. */
  readFile(revision: string, path: string): Promise<Uint8Array | null>;
  /** Path → blob id of the files directly in a folder (`''`: the root), links left out. Null: as the index has them; of a conflict any one side. */
  filesIn(revision: string | null, folder: string): Promise<ReadonlyMap<string, string>>;
  /** Where two revisions parted: the newest commit that both have; null where they share none. */
  mergeBase(one: string, other: string): Promise<string | null>;
  /** Full ref name → id, below a prefix such as `refs/plans/`. */
  refs(prefix: string): Promise<ReadonlyMap<string, string>>;
  /** Compare-and-swap: moves `ref` from `from` (null: it must not exist) to `to` (null: delete). False when it stood elsewhere. */
  updateRef(ref: string, to: string | null, from: string | null): Promise<boolean>;
  /** Keeps the work-tree content of `paths` as a commit on top of `parent`, without touching index, work tree or HEAD. No hooks. Returns its id. */
  keep(request: { readonly paths: readonly string[]; readonly parent: string; readonly message: string }): Promise<string>;
  /** Puts `paths` in index and work tree back to what `commit` has: files it lacks are deleted. */
  restore(commit: string, paths: readonly string[]): Promise<void>;
  /** Every path that differs between two commits. */
  diff(from: string, to: string): Promise<readonly FileChange[]>;
  /** Makes a linked work tree at `folder` (absolute, not there yet), detached at `commit`. One at a time: git races on its config. */
  addWorktree(folder: string, commit: string): Promise<void>;
  /** Finishes this linked work tree where its making was cut off, with nothing in it but what git wrote; at `commit` where it stands nowhere yet. Else nothing is to do. */
  finishWorktree(commit: string): Promise<void>;
  /** Moves this work tree to `commit`, detached. Fails where a local change stands in the way. */
  moveTo(commit: string): Promise<void>;
  /** Moves this detached work tree to `commit` and gives its changes up, which are all in `paths`. */
  resetTo(commit: string, paths: readonly string[]): Promise<void>;
  /**
   * Moves this detached work tree to `commit`, for which it looks at nothing but `paths`: all at which the two differ, and those whose
   * changes are given up. What is changed elsewhere stays. For few paths, as git looks for each of them in its whole index.
   */
  advance(commit: string, paths: readonly string[]): Promise<void>;
  /** Makes this detached work tree stand on `commit` with its files as they are: what differs shows as changed. */
  standOn(commit: string): Promise<void>;
  /** Puts HEAD, and the branch it belongs on, back to a commit and forgets a half-done operation; index and files stay. False where the branch is not at `from`. */
  putHead(to: Head & { readonly commit: string }, from: string | null): Promise<boolean>;
  /** Has git look for changes of these paths again; see `hidden.ts`. */
  show(paths: readonly string[]): Promise<void>;
  /** Takes what is staged at `paths` out of the index; files stay. */
  unstage(paths: readonly string[]): Promise<void>;
  /** Puts the change of `commit` (against its parent, an ancestor of `onto`) on top of `onto`, as a commit beside the branch. */
  replay(commit: string, onto: string, message: string): Promise<Replayed>;
  /** Takes a commit's change back, as a commit beside the branch. */
  revert(request: RevertRequest): Promise<Replayed>;
  /** Moves the branch forward to a descendant, files included. Null, or git's words on what stands in the way; then nothing has changed. */
  forward(commit: string): Promise<string | null>;
  /** Moves the branch to any commit, files included; a file with a person's changes stops it. As `forward`. */
  putBack(commit: string): Promise<string | null>;
  /** Makes a commit without files and parents, that nothing refers to, for what it says. */
  statement(message: string): Promise<string>;
  /** What a remote has under these full names. As all that speaks to a remote: bounded in time, and nobody is asked anything. */
  remoteRefs(remote: string, refs: readonly string[]): Promise<RemoteRefs>;
  /** Brings what these refs of a remote hold. Null, or git's own words. */
  fetch(remote: string, refs: readonly string[]): Promise<string | null>;
  /** Compare-and-swap of all these refs of a remote at once, or none. Null, or git's own words: then look where they are. */
  push(remote: string, updates: readonly RemoteUpdate[]): Promise<string | null>;
  /** First commit of the history HEAD stands on (the oldest root); null without commits and in a shallow clone, which does not have it. */
  rootCommit(): Promise<string | null>;
  close(): Promise<void>;
}
