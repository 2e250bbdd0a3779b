/** What the parts of one run share. Only the executor's loop makes one. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Agent, Usage } from '../adapters/agents/agent.ts';
import { CONFIG_FILES } from '../adapters/config.ts';
import { isWorkName } from '../adapters/files/away.ts';
import type { Git, Head } from '../adapters/git/git.ts';
import type { GitSettings } from '../adapters/git/settings.ts';
import type { Claude } from '../adapters/claude/client.ts';
import type { Unrecorded } from '../core/unrecorded.ts';
import type { RunEvent } from '../core/event.ts';
import type { CommitMessage } from '../core/commit-message.ts';
import type { GateResult } from '../core/outcome.ts';
import type { Task } from '../core/plan.ts';
import type { Sandbox } from '../adapters/sandbox.ts';
import type { Redaction } from '../core/redact.ts';
import { findTask } from '../core/progress.ts';
import type { Fact, Failure, StopOutcome } from '../core/effect.ts';
import type { Elsewhere } from './elsewhere.ts';
import type { RunLimits } from '../core/run-state.ts';
import type { AgentProcess, Journal, JournalEntry } from './journal.ts';
import type { Left } from './kept.ts';
import type { HeldLease } from './lease.ts';
import type { Lock } from './lock.ts';
import type { PlanFile } from './plan-file.ts';
import type { Slot, WorktreePool } from './pool.ts';
import type { SettingsRecord } from './settings.ts';
import type { Snapshot } from './snapshot.ts';
import type { Turns } from './turns.ts';
import { STATE_FOLDER, type Workspace } from './workspace.ts';

/** Where a task works: the checkout, or a worktree of the pool. */
export interface Place {
  readonly root: string;
  readonly git: Git;
  /** Null in the checkout. */
  readonly slot: Slot | null;
}

/** What was there before an attempt, and is not the agent's to change. */
export interface Guard {
  readonly settings: GitSettings;
  /** Folders in the checkout that hold hooks; see `work-hooks.ts`. */
  readonly hooks: readonly string[];
  /** Bytes of HEAD's reflog. */
  readonly reflog: number;
  /** Plans and configs that differed from HEAD. */
  readonly dirty: ReadonlySet<string>;
  /** What the file system says of all plans and configs: the same prints, the same files. */
  readonly prints: string;
  /** Tracked paths whose changes git does not look for; null where a person's sparse checkout decides about that. */
  readonly hidden: ReadonlySet<string> | null;
}

/** What has been learnt about a task since its first attempt in this run. */
export interface TaskWork {
  /** Milliseconds on a clock that nobody sets. */
  readonly startedAt: number;
  /** The current attempt, and when it began. */
  attempt: number;
  attemptStartedAt: number;
  /** The same by the wall clock, for what git says of times. Milliseconds since the epoch. */
  attemptBeganAt: number;
  /** Where it works. */
  readonly place: Place;
  /** What was dirty there before the attempt that it builds on began. */
  before: Snapshot;
  /** Of the current attempt, once it is about to begin. */
  guard?: Guard;
  agent: string;
  session: string | null;
  /** The model that worked, as far as it is known. */
  model: string | undefined;
  /** Of the current attempt; null while unknown. */
  usage: Usage | null;
  /** Its agent's, where the journal has to name it. */
  process?: AgentProcess;
  /** How the current attempt ends whose agent was stopped; null where it was not. */
  halted: { readonly outcome: StopOutcome; readonly reason: string } | null;
  /** Stops the agent, where one works. */
  stop: (() => void) | null;
  /** The paths that are being brought into the checkout; null at any other time. */
  landing: readonly string[] | null;
  /** What the task has changed so far, as last looked at. */
  paths: readonly string[];
  gates: readonly GateResult[];
  /** By Claude, for the commit; else the plan's own words. */
  message?: CommitMessage | null;
}

/** Claude's API, opened once for a run; or why it will not be asked again. */
export type MessageSource = { readonly claude: Claude } | { readonly given: 'up' };

export interface RunContext {
  readonly workspace: Workspace;
  readonly plan: PlanFile;
  readonly planId: string;
  readonly runId: string;
  /** The environment that children's is taken from. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  /** Takes secrets out of whatever is kept or shown. */
  readonly redaction: Redaction;
  /** Null where agents and gates run with all of the person's rights. */
  readonly sandbox: Sandbox | null;
  /** Tells the machine, and everybody who listens, what happened. */
  readonly post: (fact: Fact) => void;
  readonly limits: Pick<RunLimits, 'maxAttempts' | 'maxConcurrency' | 'estimate' | 'ledger' | 'crashed'>;
  /** What attempts at each task have come to that no commit of the branch says yet. */
  readonly unrecorded: Map<string, Unrecorded>;
  /** What other machines have made of tasks that this run joins. */
  readonly elsewhere: ReadonlyMap<string, Elsewhere>;
  /** Why the last try at a task failed that another machine has made. */
  readonly earlier: ReadonlyMap<string, Failure>;
  /** Agents that take the place of those of the same name. */
  readonly agents: ReadonlyMap<string, Agent>;
  readonly journal: Journal;
  readonly settings: SettingsRecord;
  readonly pool: WorktreePool;
  /** The plan's, by which nobody else runs it. Where it is lost nothing is written any more. */
  readonly lock: Pick<Lock, 'check'>;
  /** Held on the remote from which the plan runs; null where it runs here alone. */
  readonly lease: HeldLease | null;
  /** Whatever moves HEAD or writes the plan happens in here, one after another. */
  readonly inTurn: Turns;
  /** Where HEAD must be for the next commit. */
  head: Head & { readonly branch: string; readonly commit: string };
  /** Who writes commit messages, where the config asks for it: opened with the first. */
  messages?: MessageSource;
  /** Commits made so far. */
  commits: number;
  /** Tasks that a person has named or approved. */
  readonly approved: ReadonlySet<string>;
  /** What is dirty and no task's that is at work: a person's, or what an attempt has left. */
  base: Snapshot;
  /** Tasks of whose last attempt something is in the checkout still, and what. */
  readonly left: Map<string, Left>;
  /** The last guard of the checkout: where nothing is different since, git need not be asked again. */
  guarded: Guard | null;
  readonly tasks: Map<string, TaskWork>;
  /** Plans and configs of the checkout that an agent has written from its worktree, by its own account. */
  readonly outside: Set<string>;
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
  return path.startsWith(`${STATE_FOLDER}/`) || isWorkName(path.slice(path.lastIndexOf('/') + 1)) || isPlanOrConfig(workspace, path);
}

/** Plans, their reviews, and any file that is or would be the config. `package.json` is a task's to change, but for one key. */
export function isPlanOrConfig(workspace: Workspace, path: string): boolean {
  if (path === workspace.inPlace?.path || (path !== 'package.json' && CONFIG_FILES.includes(path))) return true;
  const folder = `${workspace.config.plans.replace(/^\.\//, '').replace(/\/+$/, '')}/`;
  return path.startsWith(folder) && /\.(?:plan|review)\.md$/.test(path);
}

/** Says something to people that is no event of its own. */
export function note(context: RunContext, task: string | null, text: string): void {
  const event: RunEvent = { type: 'note', task, text };
  context.post(event);
}

/** Whether a task is at work in the checkout itself, where its hand cannot be told from a person's. */
export function worksInCheckout(context: RunContext): boolean {
  return [...context.tasks.values()].some(({ place }) => place.slot === null);
}

/** A task is no longer at work: its worktree, where it has one, is free for others. */
export function leave(context: RunContext, task: string): void {
  const slot = context.tasks.get(task)?.place.slot ?? null;
  context.tasks.delete(task);
  if (slot !== null) context.pool.release(slot);
}

/** What an attempt in the checkout has changed stays there: it is that task's, when it goes on, and no other's. */
export function leaveBehind(context: RunContext, task: string, left: Left): void {
  context.left.set(task, left);
  // How these are is looked at when the next task starts.
  context.base = { ...context.base, dirty: new Map([...context.base.dirty, ...left.paths.map((path) => [path, ''] as const)]) };
}

/** Records every attempt that is under way. */
export function writeJournal(context: RunContext): void {
  const entries = [...context.tasks].map(([task, work]) => ({
    run: context.runId,
    task,
    attempt: work.attempt,
    folder: work.place.slot?.root ?? null,
    landing: work.landing,
    before: work.before,
    usage: work.usage,
    ...(work.process === undefined ? {} : { process: work.process }),
    guarded: guardedBy(context, work),
  }));
  context.journal.write(entries);
}

function guardedBy({ head }: RunContext, { place, guard, attemptBeganAt }: TaskWork): JournalEntry['guarded'] {
  if (place.slot !== null || guard === undefined) return null;
  return { head, reflog: guard.reflog, since: attemptBeganAt, dirty: [...guard.dirty] };
}

/** Where the output of one attempt is kept. */
export function logFile(context: RunContext, task: string, attempt: number, what: string): string {
  const folder = join(context.workspace.stateFolder, 'logs', context.runId);
  mkdirSync(folder, { recursive: true });
  return join(folder, `${task}.${attempt}.${what}.log`);
}

/** Where the transcript of one attempt is kept; see `core/transcript.ts`. */
export function transcriptFile(context: RunContext, task: string, attempt: number): string {
  return logFile(context, task, attempt, 'agent').replace(/agent\.log$/, 'transcript.jsonl');
}

/** The task in the plan as it was last accepted. */
export function taskOf(context: RunContext, id: string): Task {
  const task = findTask(context.plan.plan, id);
  if (task === undefined) throw new Error(`task ${id} is not in the plan`);
  return task;
}
