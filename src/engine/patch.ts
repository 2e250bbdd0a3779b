/** What differs between two commits, file by file, as lines: bounded, since nobody reads a megabyte of them. */
import { patchOf } from '../core/line-diff.ts';
import type { FileChange } from '../adapters/git/git.ts';
import { readTaskLog } from './task-log.ts';
import type { Workspace } from './workspace.ts';

const MAX_FILES = 500;
/** Of one version of a file, and of all that are compared. Bytes. */
const MAX_FILE_BYTES = 256 * 1024;
const MAX_BYTES = 8 * 1024 * 1024;
/** As git tells what is no text. */
const BINARY_BYTES = 8_000;

interface FilePatch {
  readonly path: string;
  readonly status: 'added' | 'modified' | 'deleted';
  readonly additions: number;
  readonly deletions: number;
  /** Null where `reason` says why. */
  readonly patch: string | null;
  readonly reason: 'binary' | 'too-long' | null;
}

/** What differs between two commits, file by file; bounded. */
export interface Patch {
  /** Null: there is nothing before. */
  readonly from: string | null;
  readonly to: string;
  readonly files: readonly FilePatch[];
  /** Files beyond the most that are shown. */
  readonly left: number;
}

/** Compares two commits, both by their full ids. */
export async function patchBetween(workspace: Workspace, from: string, to: string): Promise<Patch> {
  return patchOfChanges(workspace, await workspace.git.diff(from, to), { from, to });
}

/** Tasks of one plan that are looked at. */
const MAX_TASKS = 20_000;

/** What the tasks of a plan have changed over all of its runs, and whatever was committed in between; null where no commit is of one. */
export async function patchOfPlan(workspace: Workspace, plan: string): Promise<Patch | null> {
  const log = await readTaskLog(workspace, plan, MAX_TASKS);
  const [last, first] = [log[0], log.at(-1)];
  if (last === undefined || first === undefined) return null;
  const from = await workspace.git.resolve(`${first.commit.id}^`);
  return from === null ? patchOfCommit(workspace, last.commit.id) : patchBetween(workspace, from, last.commit.id);
}

/** What a commit changed against its first parent; null where there is no such commit. */
export async function patchOfCommit(workspace: Workspace, commit: string): Promise<Patch | null> {
  const { git } = workspace;
  const [to, from] = [await git.resolve(commit), await git.resolve(`${commit}^`)];
  if (to === null) return null;
  if (from !== null) return patchBetween(workspace, from, to);
  const [first] = await git.log({ to, limit: 1 });
  return patchOfChanges(workspace, first?.changes ?? [], { from: null, to });
}

async function patchOfChanges(
  { git }: Workspace,
  changes: readonly FileChange[],
  between: { readonly from: string | null; readonly to: string },
): Promise<Patch> {
  const files: FilePatch[] = [];
  let bytes = 0;
  for (const change of changes.slice(0, MAX_FILES)) {
    const [before, after] = [await read(git, change.before), await read(git, change.after)];
    bytes += before.length + after.length;
    files.push(patchOfFile(change, before, after, bytes > MAX_BYTES));
  }
  return { ...between, files, left: Math.max(0, changes.length - MAX_FILES) };
}

const NOTHING = new Uint8Array();

async function read(git: Workspace['git'], blob: string | null): Promise<Uint8Array> {
  return blob === null ? NOTHING : ((await git.readBlob(blob)) ?? NOTHING);
}

function patchOfFile({ path, before: old, after: now }: FileChange, before: Uint8Array, after: Uint8Array, isOver: boolean): FilePatch {
  const status = old === null ? 'added' : now === null ? 'deleted' : 'modified';
  const without = (reason: 'binary' | 'too-long'): FilePatch => ({ path, status, additions: 0, deletions: 0, patch: null, reason });
  if ([before, after].some((bytes) => bytes.subarray(0, BINARY_BYTES).includes(0))) return without('binary');
  if (isOver || before.length > MAX_FILE_BYTES || after.length > MAX_FILE_BYTES) return without('too-long');
  const decoder = new TextDecoder();
  const patch = patchOf(decoder.decode(before), decoder.decode(after));
  const lines = patch.split('\n');
  const additions = lines.filter((line) => line.startsWith('+')).length;
  const deletions = lines.filter((line) => line.startsWith('-')).length;
  return { path, status, additions, deletions, patch, reason: null };
}
