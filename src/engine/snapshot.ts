/** Tells a task's changes from a person's: what was dirty before an attempt began, and what is different since. */
import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Change, Git, Head } from '../adapters/git/git.ts';

/** Content is compared up to this size (bytes); above it, size and times are. */
const MAX_HASHED_BYTES = 1_048_576;
/** Of more dirty paths than this only size and times are compared. */
const MAX_HASHED_PATHS = 1_000;
const SHA1_DIGITS = 40;

/** The paths that differ from HEAD, each with a print of its state. */
export interface Snapshot {
  readonly head: Head;
  readonly dirty: ReadonlyMap<string, string>;
}

/** What is different between a snapshot and now. Paths are relative to the root, sorted. */
export interface WorkChanges {
  readonly head: Head;
  /** Clean before, changed now: the task's work. */
  readonly work: readonly string[];
  /** Dirty before and changed since: nobody can tell whose the change is. */
  readonly contested: readonly string[];
  /** Of the task's work what is a repository of its own. */
  readonly nested: readonly string[];
}

/** What is dirty now. `ignore` leaves out paths that are nobody's work, such as plan files. */
export async function takeSnapshot(git: Git, ignore: (path: string) => boolean): Promise<Snapshot> {
  const { head, changes } = await git.status();
  const seen = changes.filter(({ path }) => !ignore(path));
  return { head, dirty: printsOf(git.root, seen) };
}

/** The same paths as they are now; those that are clean again are left out, and none is added. */
export async function refreshed(git: Git, before: Snapshot): Promise<Snapshot> {
  const { changes } = await git.status();
  return {
    ...before,
    dirty: printsOf(
      git.root,
      changes.filter(({ path }) => before.dirty.has(path)),
    ),
  };
}

/** What has changed since `before`. One `git status`; only paths that were dirty before are looked at again. */
export async function changesSince(git: Git, before: Snapshot, ignore: (path: string) => boolean): Promise<WorkChanges> {
  const { head, changes } = await git.status();
  const work: string[] = [];
  const contested: string[] = [];
  const nested: string[] = [];
  const now = new Set<string>();
  for (const change of changes) {
    if (ignore(change.path)) continue;
    now.add(change.path);
    const old = before.dirty.get(change.path);
    if (old === undefined) {
      work.push(change.path);
      if (change.nested) nested.push(change.path);
    } else if (old !== print(git.root, change, before.dirty.size)) contested.push(change.path);
  }
  // A dirty path that is clean now: its change was undone, and with it perhaps a person's work.
  for (const path of before.dirty.keys()) if (!now.has(path)) contested.push(path);
  return { head, work: work.toSorted(), contested: contested.toSorted(), nested };
}

/** The prints of some changes, by path. */
export function printsOf(root: string, changes: readonly Change[]): ReadonlyMap<string, string> {
  return new Map(changes.map((change) => [change.path, print(root, change, changes.length)]));
}

/** A digest over the content of paths: the same work has the same digest. Missing files count as such. */
export function workDigest(root: string, paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(`${path}\0${content(join(root, path), paths.length)}\0`);
  return hash.digest('hex');
}

/** Whether a file is, byte for byte, what git keeps as `blob`; null: whether there is nothing. False also where it is too large to look. */
export function holds(root: string, path: string, blob: string | null): boolean {
  try {
    const stat = lstatSync(join(root, path));
    if (blob === null || !stat.isFile() || stat.size > MAX_HASHED_BYTES) return false;
    const bytes = readFileSync(join(root, path));
    const hash = createHash(blob.length === SHA1_DIGITS ? 'sha1' : 'sha256');
    return hash.update(`blob ${bytes.length}\0`).update(bytes).digest('hex') === blob;
  } catch (error) {
    return blob === null && (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

function print(root: string, change: Change, among: number): string {
  return `${change.kind} ${change.staged ? 'staged ' : ''}${content(join(root, change.path), among)}`;
}

function content(path: string, among: number): string {
  try {
    const stat = lstatSync(path, { bigint: true });
    if (stat.isSymbolicLink()) return `link ${readlinkSync(path)}`;
    if (!stat.isFile()) return 'other';
    if (stat.size > MAX_HASHED_BYTES || among > MAX_HASHED_PATHS) return `${stat.mode} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`;
    return `${stat.mode} ${createHash('sha1').update(readFileSync(path)).digest('hex')}`;
  } catch {
    return 'missing';
  }
}
