/** The log without git: same order of commits, same trailers, same changes. */
import type { ReadCommitResult } from 'isomorphic-git';
import type { Commit, FileChange, LogQuery } from '../git.ts';
import { diffTrees, under } from '../tree.ts';
import { readTree } from './objects.ts';
import type { Place } from './place.ts';

type Raw = ReadCommitResult;
const TRAILER = /^([A-Za-z0-9-]+)[ \t]*:(.*)$/;
/** Lines that git itself writes: with one of them, a quarter of trailers makes a paragraph a block of trailers. */
const GENERATED = /^(Signed-off-by: |\(cherry picked from commit )/;
const SECONDS_PER_MINUTE = 60;

/** Commits reachable from `to` and not from `from`: newest first, no parent before its children, lines of history together. */
export async function listCommits(place: Place, query: LogQuery, to: string, from: string | null): Promise<Commit[]> {
  const hidden = from === null ? new Map<string, Raw>() : await reachable(place, from, new Map(), firstAndAll);
  const simplify = query.paths?.length ? pathParents(place, query.paths) : firstAndAll;
  const commits = await reachable(place, to, hidden, simplify);
  const result: Commit[] = [];
  for (const raw of topological(commits, to)) {
    if (result.length === (query.limit ?? Infinity)) break;
    const changes = await changesOf(place, raw, query.paths);
    if (query.paths?.length && !(await touches(place, raw, query.paths, changes))) continue;
    result.push(toCommit(raw, changes));
  }
  return result;
}

/** These commits, without their changes. */
export function singleCommits(place: Place, ids: readonly string[]): Promise<Commit[]> {
  return Promise.all(ids.map(async (oid) => toCommit(await place.library.readCommit({ ...place.common, oid }), [])));
}

type ChooseParents = (commit: Raw) => Promise<readonly string[]> | readonly string[];

const firstAndAll: ChooseParents = (commit) => commit.commit.parent;

/** Git's simplification: a merge that has one side's content at these paths is followed on that side only. */
function pathParents(place: Place, paths: readonly string[]): ChooseParents {
  return async (commit) => {
    if (commit.commit.parent.length < 2) return commit.commit.parent;
    for (const parent of commit.commit.parent) {
      if ((await diffAgainst(place, commit, parent, paths)).length === 0) return [parent];
    }
    return commit.commit.parent;
  };
}

async function reachable(
  place: Place,
  start: string,
  without: ReadonlyMap<string, Raw>,
  parents: ChooseParents,
): Promise<Map<string, Raw>> {
  const found = new Map<string, Raw>();
  const shallow = await shallowCommits(place);
  const open = [start];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id) || without.has(id)) continue;
    const read = await place.library.readCommit({ ...place.common, oid: id });
    const raw = shallow.has(id) ? { ...read, commit: { ...read.commit, parent: [] } } : read;
    const followed = await parents(raw);
    found.set(id, raw);
    open.push(...followed);
  }
  return found;
}

async function shallowCommits(place: Place): Promise<Set<string>> {
  const text = await place.fs.promises.readFile(`${place.gitDir}/shallow`, 'utf8').catch(() => '');
  return new Set(text.split('\n').filter(Boolean));
}

/** Depth first with the last parent first, so that a side branch stands in one piece before what it was merged into. */
function topological(commits: ReadonlyMap<string, Raw>, start: string): Raw[] {
  const children = new Map<string, number>();
  for (const { commit } of commits.values()) for (const id of commit.parent) children.set(id, (children.get(id) ?? 0) + 1);
  const order: Raw[] = [];
  const open = [start];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const raw = commits.get(id);
    if (!raw) continue;
    order.push(raw);
    for (const parent of raw.commit.parent) {
      const left = (children.get(parent) ?? 0) - 1;
      children.set(parent, left);
      if (left === 0) open.push(parent);
    }
  }
  return order;
}

async function diffAgainst(place: Place, raw: Raw, parent: string | null, paths?: readonly string[]): Promise<FileChange[]> {
  const before = parent === null ? null : (await place.library.readCommit({ ...place.common, oid: parent })).commit.tree;
  const differences = await diffTrees((id) => readTree(place, id), before, raw.commit.tree, paths?.length ? under(paths) : undefined);
  return differences.map((one) => ({ path: one.path, before: one.before?.id ?? null, after: one.after?.id ?? null }));
}

async function changesOf(place: Place, raw: Raw, paths: readonly string[] | undefined): Promise<FileChange[]> {
  return raw.commit.parent.length > 1 ? [] : diffAgainst(place, raw, raw.commit.parent[0] ?? null, paths);
}

/** Whether a commit differs from each parent at these paths. */
async function touches(place: Place, raw: Raw, paths: readonly string[], changes: readonly FileChange[]): Promise<boolean> {
  if (raw.commit.parent.length < 2) return changes.length > 0;
  for (const parent of raw.commit.parent) if ((await diffAgainst(place, raw, parent, paths)).length === 0) return false;
  return true;
}

function toCommit(raw: Raw, changes: readonly FileChange[]): Commit {
  const { author, committer, parent } = raw.commit;
  const message = raw.commit.message.replace(/^\n+/, '').trimEnd();
  const gap = message.search(/\n\s*\n/);
  const subject = (gap === -1 ? message : message.slice(0, gap)).split('\n').join(' ');
  const body = gap === -1 ? '' : message.slice(gap).replace(/^\s*\n/, '');
  return {
    id: raw.oid,
    parents: parent,
    authorName: author.name,
    authoredAt: formatTime(author.timestamp, author.timezoneOffset),
    committedAt: formatTime(committer.timestamp, committer.timezoneOffset),
    subject,
    body,
    trailers: parseTrailers(body),
    changes,
  };
}

/** ISO 8601 as git writes it. The offset is in minutes, positive to the west. */
function formatTime(seconds: number, offset: number): string {
  const local = new Date((seconds - offset * SECONDS_PER_MINUTE) * 1000).toISOString().slice(0, 19);
  const minutes = Math.abs(offset);
  const zone = `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  return `${local}${offset > 0 ? '-' : '+'}${zone}`;
}

/** The last paragraph of the body, where it is a block of trailers by git's rules. */
function parseTrailers(body: string): (readonly [string, string])[] {
  const lines = (body.split(/\n[ \t]*\n/).at(-1) ?? '').split('\n');
  const trailers: [string, string][] = [];
  let others = 0;
  let continued = false;
  for (const line of lines) {
    const match = TRAILER.exec(line);
    const last = trailers.at(-1);
    if (/^\s/.test(line) && continued && last) last[1] = `${last[1]} ${line.trim()}`;
    else if (match?.[1]) trailers.push([match[1], match[2]?.trim() ?? '']);
    else if (!GENERATED.test(line)) others++;
    continued = match !== null || /^\s/.test(line);
  }
  const accepted = others === 0 || (lines.some((line) => GENERATED.test(line)) && trailers.length * 3 >= others);
  return accepted ? trailers : [];
}
