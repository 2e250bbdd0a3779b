/** The repositories of one server: opened, watched, and changed by one request at a time. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { Problem } from '../core/problem.ts';
import { watchWorkspace, type Watching } from '../engine/watcher.ts';
import { openWorkspace, type Workspace } from '../engine/workspace.ts';
import { EventLog } from './event-log.ts';

/** Digits of the first commit, as `plans export` names a repository. */
const ID_DIGITS = 12;
/** Digits that tell clones of one repository apart. */
const CLONE_DIGITS = 6;

export interface Served {
  readonly id: string;
  /** For people. */
  readonly name: string;
  readonly workspace: Workspace;
  readonly log: EventLog;
  /** Whatever commits happens in here, one after another: git has one HEAD. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
}

export interface Registry {
  readonly all: readonly Served[];
  find(id: string): Served | undefined;
  close(): Promise<void>;
}

/** Opens the repositories that the folders are in, each once. A {@link Problem} says which cannot be served, and why. */
export async function openRegistry(folders: readonly string[]): Promise<Registry> {
  const opened: Workspace[] = [];
  try {
    for (const folder of folders) {
      const workspace = await openWorkspace(folder);
      if (opened.some(({ root }) => root === workspace.root)) await workspace.close();
      else opened.push(workspace);
    }
    const first = await Promise.all(opened.map(({ git }) => git.rootCommit()));
    const all: Served[] = [];
    const watches: Watching[] = [];
    for (const [index, workspace] of opened.entries()) {
      const id = idOf(workspace.root, first[index] ?? null, first);
      const served = { id, name: basename(workspace.root), workspace, log: new EventLog(id, workspace), inTurn: turns() };
      all.push(served);
      watches.push(watchWorkspace(workspace, (event) => served.log.watched(event), { own: true }));
    }
    await Promise.all(watches.map(({ ready }) => ready));
    const byId = new Map(all.map((served) => [served.id, served]));
    return {
      all,
      find: (id) => byId.get(id),
      close: async () => {
        for (const { log } of all) log.close();
        // Of a repository whose folder is gone there is nothing left to watch.
        await Promise.allSettled(watches.map((watching) => watching.close()));
        for (const { workspace } of all) await workspace.close();
      },
    };
  } catch (error) {
    for (const workspace of opened) await workspace.close();
    throw error;
  }
}

/** The first commit names a repository, wherever it is cloned to; where two clones are served, their folders tell them apart. */
function idOf(root: string, first: string | null, all: readonly (string | null)[]): string {
  const folder = createHash('sha256').update(root).digest('hex');
  if (first === null) return folder.slice(0, ID_DIGITS);
  const isShared = all.filter((other) => other === first).length > 1;
  return isShared ? `${first.slice(0, ID_DIGITS)}-${folder.slice(0, CLONE_DIGITS)}` : first.slice(0, ID_DIGITS);
}

/** Runs what it is given one after another. What one of them throws is its caller's, and the next begins all the same. */
function turns(): Served['inTurn'] {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
}

/** The folders that are served where none is named: the one that the server is started in. */
export function servedFolders(named: readonly string[], cwd: string): readonly string[] {
  if (named.length > MAX_REPOSITORIES) throw new Problem(`At most ${MAX_REPOSITORIES} repositories are served by one server.`);
  return named.length === 0 ? [cwd] : named;
}

const MAX_REPOSITORIES = 32;
