/** The repositories of one server: opened, watched, and changed by one request at a time. */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CONFIG_FILES, loadConfig } from '../adapters/config.ts';
import { Problem } from '../core/problem.ts';
import type { PublishedWatchEvent } from '../core/watch-event.ts';
import { watchWorkspace, type Watching } from '../engine/watcher.ts';
import { knownIn, openWorkspace, type Workspace } from '../engine/workspace.ts';
import { EventLog } from './event-log.ts';

/** Digits of the first commit, as `plans export` names a repository. */
const ID_DIGITS = 12;
/** Digits that tell clones of one repository apart. */
const CLONE_DIGITS = 6;
const MAX_REPOSITORIES = 32;
/** Whether the config has changed is looked at no more often than so. Milliseconds. */
const CONFIG_LOOK_MS = 500;

export interface Registry {
  readonly all: readonly Served[];
  find(id: string): Served | undefined;
  /** Names the last events of all of them: what is read after it knows of whatever they tell of. The same only where nothing was written between. */
  readonly moment: string;
  /** Reads configs again that have changed since. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

export type Watched = (served: Served, event: PublishedWatchEvent) => void;

/** Who is told what no request was told. */
export interface Told {
  /** Sentences for whoever runs the server. */
  readonly notice: (text: string) => void;
  /** What the watch of a repository's plans finds; by default it is an event of that repository. */
  readonly watched?: Watched | undefined;
}

/** One repository. */
export class Served {
  readonly id: string;
  /** For people. */
  readonly name: string;
  readonly log: EventLog;
  readonly #notice: (text: string) => void;
  readonly #watched: Watched;
  #workspace: Workspace;
  #watching: Watching;
  #last: Promise<unknown> = Promise.resolve();
  #configPrint: string;
  #lookedAt = 0;

  constructor(id: string, workspace: Workspace, { notice, watched }: Told) {
    this.id = id;
    this.name = basename(workspace.root);
    this.log = new EventLog(id, workspace);
    this.#notice = notice;
    this.#watched = watched ?? ((served, event) => served.log.watched(event));
    this.#workspace = workspace;
    this.#configPrint = printOf(workspace.root);
    this.#watching = this.#watch();
  }

  /** As its config is now. */
  get workspace(): Workspace {
    return this.#workspace;
  }

  /** When its plans are watched. */
  get ready(): Promise<void> {
    return this.#watching.ready;
  }

  /** Whatever commits happens in here, one after another: git has one HEAD. What one of them throws is its caller's; the next begins all the same. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }

  /** Reads the config again where its file has changed. One that cannot be used counts once it is mended. */
  async refresh(): Promise<void> {
    const now = performance.now();
    if (now - this.#lookedAt < CONFIG_LOOK_MS) return;
    this.#lookedAt = now;
    const print = printOf(this.#workspace.root);
    if (print === this.#configPrint) return;
    this.#configPrint = print;
    const loaded = await loadConfig(this.#workspace.root);
    if ('problems' in loaded) return this.#notice(`${this.name}: the config is not taken: ${loaded.problems.join(' ')}`);
    const { config, file: configFile, digest: configDigest } = loaded;
    if (config.plans !== this.#workspace.config.plans)
      return this.#notice(`${this.name}: the plans are in another folder by now ("${config.plans}"). Start the server again.`);
    this.#workspace = { ...this.#workspace, config, configFile, configDigest, known: knownIn(config) };
    const old = this.#watching;
    this.#watching = this.#watch();
    await Promise.allSettled([old.close()]);
    await this.#watching.ready;
  }

  async close(): Promise<void> {
    this.log.close();
    // Of a repository whose folder is gone there is nothing left to watch.
    await Promise.allSettled([this.#watching.close()]);
    await this.#workspace.close();
  }

  #watch(): Watching {
    return watchWorkspace(this.#workspace, (event) => this.#watched(this, event), { own: true });
  }
}

/** Opens the repositories that the folders are in, each once. A {@link Problem} says which cannot be served, and why. */
export async function openRegistry(folders: readonly string[], told: Told): Promise<Registry> {
  const opened: Workspace[] = [];
  let all: readonly Served[] = [];
  try {
    for (const folder of folders) {
      const workspace = await openWorkspace(folder);
      if (opened.some(({ root }) => root === workspace.root)) await workspace.close();
      else opened.push(workspace);
    }
    const first = await Promise.all(opened.map(({ git }) => git.rootCommit()));
    all = opened.map((workspace, index) => new Served(idOf(workspace.root, first[index] ?? null, first), workspace, told));
    await Promise.all(all.map(({ ready }) => ready));
  } catch (error) {
    for (const served of all) await served.close();
    for (const workspace of opened.slice(all.length)) await workspace.close();
    throw error;
  }
  const byId = new Map(all.map((served) => [served.id, served]));
  return {
    all,
    find: (id) => byId.get(id),
    get moment() {
      return all.map(({ log }) => log.last).join(',');
    },
    refresh: async () => {
      for (const served of all) await served.refresh();
    },
    close: async () => {
      for (const served of all) await served.close();
    },
  };
}

/** The first commit names a repository, wherever it is cloned to; where two clones are served, their folders tell them apart. */
function idOf(root: string, first: string | null, all: readonly (string | null)[]): string {
  const folder = createHash('sha256').update(root).digest('hex');
  if (first === null) return folder.slice(0, ID_DIGITS);
  const isShared = all.filter((other) => other === first).length > 1;
  return isShared ? `${first.slice(0, ID_DIGITS)}-${folder.slice(0, CLONE_DIGITS)}` : first.slice(0, ID_DIGITS);
}

/** What the file system says of all that is or would be the config. */
function printOf(root: string): string {
  return CONFIG_FILES.map((name) => {
    const stat = statSync(join(root, name), { bigint: true, throwIfNoEntry: false });
    return stat === undefined ? '' : `${name} ${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`;
  }).join('\n');
}

/** The folders that are served where none is named: the one that the server is started in. */
export function servedFolders(named: readonly string[], cwd: string): readonly string[] {
  if (named.length > MAX_REPOSITORIES) throw new Problem(`At most ${MAX_REPOSITORIES} repositories are served by one server.`);
  return named.length === 0 ? [cwd] : named;
}
