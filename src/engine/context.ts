/** What the parts of one run share. Only the executor's loop makes one. */
import type { Usage } from '../adapters/agents/agent.ts';
import { isWorkName } from '../adapters/files/away.ts';
import type { Head } from '../adapters/git/git.ts';
import type { RunEvent } from '../core/event.ts';
import type { GateResult } from '../core/outcome.ts';
import type { Fact } from '../core/effect.ts';
import type { Journal } from './journal.ts';
import type { PlanFile } from './plan-file.ts';
import type { Snapshot } from './snapshot.ts';
import { STATE_FOLDER, type Workspace } from './workspace.ts';

/** What has been learnt about a task since its first attempt in this run. */
export interface TaskWork {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Of the current attempt. */
  attemptStartedAt: number;
  /** What was dirty before the task's first attempt. */
  readonly before: Snapshot;
  agent: string;
  session: string | null;
  /** Summed over the attempts; null while unknown. */
  usage: Usage | null;
  /** What the task has changed so far, as last looked at. */
  paths: readonly string[];
  gates: readonly GateResult[];
}

export interface RunContext {
  readonly workspace: Workspace;
  readonly plan: PlanFile;
  readonly planId: string;
  readonly runId: string;
  /** The environment that children's is taken from. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  /** Tells the machine, and everybody who listens, what happened. */
  readonly post: (fact: Fact) => void;
  readonly journal: Journal;
  /** Where HEAD must be for the next commit. */
  head: Head & { readonly branch: string; readonly commit: string };
  /** Commits made so far. */
  commits: number;
  /** What is dirty and not the run's. */
  base: Snapshot;
  readonly tasks: Map<string, TaskWork>;
  /** Aborted when everything has to stop now. */
  readonly abort: AbortController;
}

/** The work of a task that has been started. */
export function workOf(context: RunContext, task: string): TaskWork {
  const work = context.tasks.get(task);
  if (work === undefined) throw new Error(`task ${task} was not started`);
  return work;
}

/** Paths that are never a task's work: plans and their reviews, the config, and what is Plans' own: the cache, a file in the middle of a write. */
export function isProtected(workspace: Workspace, path: string): boolean {
  if (path === workspace.configFile && path !== 'package.json') return true;
  if (path.startsWith(`${STATE_FOLDER}/`) || isWorkName(path.slice(path.lastIndexOf('/') + 1))) return true;
  const folder = `${workspace.config.plans.replace(/^\.\//, '').replace(/\/+$/, '')}/`;
  return path.startsWith(folder) && /\.(?:plan|review)\.md$/.test(path);
}

/** Says something to people that is no event of its own. */
export function note(context: RunContext, task: string | null, text: string): void {
  const event: RunEvent = { type: 'note', task, text };
  context.post(event);
}
