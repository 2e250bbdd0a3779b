/** An opened repository: where everything else is composed. */
import { join, sep } from 'node:path';
import { agentNames } from '../adapters/agents/names.ts';
import { loadConfig } from '../adapters/config.ts';
import { openFiles } from '../adapters/files.ts';
import type { Files } from '../adapters/files.ts';
import type { Git } from '../adapters/git/git.ts';
import { openGit } from '../adapters/git/open.ts';
import { openStore } from '../adapters/store/store.ts';
import type { Store } from '../adapters/store/store.ts';
import type { Config } from '../core/config.ts';
import type { Known } from '../core/checks.ts';
import type { InPlaceList } from '../core/import/in-place.ts';
import { SectionCache } from '../core/section-cache.ts';
import { Problem } from '../core/problem.ts';

/** The folder for the cache, logs and worktrees, in the root. It ignores itself. */
export const STATE_FOLDER = '.plans';
const PLAN_SUFFIX = '.plan.md';

/** A repository that is open: what every function here works on. Close it, or say `await using`; nothing of it keeps the process alive then. */
export interface Workspace extends AsyncDisposable {
  /** Absolute path of the work tree. */
  readonly root: string;
  readonly git: Git;
  readonly files: Files;
  readonly config: Config;
  /** The config file's name in the root; null where the defaults hold. */
  readonly configFile: string | null;
  readonly configDigest: string;
  /** Absolute path of the folder with the plans. */
  readonly plansFolder: string;
  /** Absolute path of `.plans`. */
  readonly stateFolder: string;
  /** Names that a plan may use. */
  readonly known: Known;
  /** Shared by everything that parses, so that an unchanged section is parsed once. */
  readonly cache: SectionCache;
  /** The cache's database, opened at the first call. */
  store(): Store;
  /** The foreign list that is a plan here and stays where it is. */
  readonly inPlace?: InPlaceList;
  /** Why no task may change a path, as the end of a sentence; null where one may. Absent: nothing more is forbidden than plans and configs. */
  readonly forbids?: (path: string) => string | null;
  /** Absolute path of a plan's file. */
  planPath(planId: string): string;
  close(): Promise<void>;
}

/** Opens the repository that `folder` is in. A {@link Problem} says why it cannot be. */
export async function openWorkspace(folder: string): Promise<Workspace> {
  const git = await openGit(folder);
  try {
    const loaded = await loadConfig(git.root);
    if ('problems' in loaded) throw new Problem(loaded.problems.join('\n'));
    return compose(git, loaded);
  } catch (error) {
    await git.close();
    throw error;
  }
}

/** What a workspace is made of beyond git. */
export interface Settings {
  readonly config: Config;
  readonly file: string | null;
  readonly digest: string;
  /** Absolute; in the root where it is not given. */
  readonly stateFolder?: string;
}

/** A workspace whose config somebody else has read. */
export function compose(git: Git, settings: Settings): Workspace {
  const { config } = settings;
  const plansFolder = join(git.root, config.plans);
  const stateFolder = settings.stateFolder ?? join(git.root, STATE_FOLDER);
  let store: Store | null = null;
  const close = async (): Promise<void> => {
    store?.close();
    await git.close();
  };
  return {
    root: git.root,
    git,
    files: openFiles({ root: git.root }),
    config,
    configFile: settings.file,
    configDigest: settings.digest,
    plansFolder,
    stateFolder,
    known: knownIn(config),
    cache: new SectionCache(),
    store: () => (store ??= openStore(join(stateFolder, 'state.db'))),
    planPath: (planId) => {
      // Its lock, its logs and its refs carry the name too: none of them may lie elsewhere.
      if (planId.includes('/') || planId.includes(sep))
        throw new Problem(`A plan's name has no "${sep}", found "${planId}". Name it as "plans list" shows it.`);
      return join(plansFolder, `${planId}${PLAN_SUFFIX}`);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The names that plans may use under a config. */
export function knownIn(config: Config): Known {
  return { gates: new Set(config.qa.gates.map(({ name }) => name)), agents: new Set(agentNames(config)) };
}
