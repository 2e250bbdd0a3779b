/** What is kept of attempts on this machine: their output, transcript and gate logs, and what the cache says of them. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../adapters/process/identity.ts';
import type { AttemptRecord } from '../adapters/store/run-row.ts';
import type { Workspace } from './workspace.ts';

/** One try at a task, and its files. All paths are absolute; null where there is none, or none yet. */
export interface AttemptLogs {
  readonly run: string;
  readonly task: string;
  readonly attempt: number;
  /** Null where the cache has been made anew since: then the files alone tell of it. */
  readonly record: AttemptRecord | null;
  /** What the agent printed. */
  readonly output: string | null;
  /** See `core/transcript.ts`. */
  readonly transcript: string | null;
  /** Of gates that have begun, in the order of their names. */
  readonly gates: readonly { readonly name: string; readonly path: string }[];
}

/** Every attempt at a task that this machine knows of, oldest first. `plan` narrows it where several plans have such a task. */
export function attemptsAt(workspace: Workspace, task: string, plan: string | null): readonly AttemptLogs[] {
  const store = workspace.store();
  const plans = plan === null ? [...new Set(store.runs().map(({ planId }) => planId))] : [plan];
  const found = new Map<string, AttemptLogs>();
  const keep = (run: string, attempt: number, record: AttemptRecord | null): void => {
    const key = `${run} ${attempt}`;
    if (!found.has(key)) found.set(key, { run, task, attempt, record, ...filesOf(workspace, run, task, attempt) });
  };
  for (const id of plans) for (const record of store.attempts(id, task)) keep(record.runId, record.attempt, record);
  // A log does not say of which plan it is; the cache does, until it is made anew.
  const known = new Set(store.runs().map(({ id }) => id));
  for (const [run, attempt] of onDisk(workspace, task)) if (!known.has(run)) keep(run, attempt, null);
  return [...found.values()].toSorted((a, b) => (a.run === b.run ? a.attempt - b.attempt : a.run < b.run ? -1 : 1));
}

/** Looks at the files and the cache again. */
export function refreshedLogs(workspace: Workspace, logs: AttemptLogs): AttemptLogs {
  const { run, task, attempt, record } = logs;
  const now =
    record === null
      ? null
      : workspace
          .store()
          .attempts(record.planId, task)
          .find((other) => other.runId === run && other.attempt === attempt);
  return { ...logs, record: now ?? record, ...filesOf(workspace, run, task, attempt) };
}

/** Whether the attempt is under way: it has not ended, and the runner that works on it lives. */
export function isUnderWay(workspace: Workspace, { run, record }: AttemptLogs): boolean {
  return record !== null && record.endedAt === null && isRunning(workspace, record.planId, run);
}

/** Whether a runner is at work on the plan (null: on any) that may still begin an attempt; `run` asks for that one alone. */
export function isRunning(workspace: Workspace, plan: string | null, run: string | null = null): boolean {
  return workspace
    .store()
    .runs(plan ?? undefined)
    .some(({ id, endedAt, pid, pidStart }) => (run === null || id === run) && endedAt === null && isAlive(pid, pidStart));
}

function folderOf(workspace: Workspace): string {
  return join(workspace.stateFolder, 'logs');
}

function filesOf(workspace: Workspace, run: string, task: string, attempt: number): Pick<AttemptLogs, 'output' | 'transcript' | 'gates'> {
  const folder = join(folderOf(workspace), run);
  const prefix = `${task}.${attempt}.`;
  const names = namesIn(folder).filter((name) => name.startsWith(prefix));
  const path = (name: string): string | null => (names.includes(prefix + name) ? join(folder, prefix + name) : null);
  const gates = names.flatMap((name) => {
    const [, gate] = /^(.+)\.log$/.exec(name.slice(prefix.length)) ?? [];
    return gate === undefined || gate === 'agent' ? [] : [{ name: gate, path: join(folder, name) }];
  });
  return { output: path('agent.log'), transcript: path('transcript.jsonl'), gates };
}

/** Attempts at a task of which there are files, by run. */
function onDisk(workspace: Workspace, task: string): readonly (readonly [run: string, attempt: number])[] {
  return namesIn(folderOf(workspace)).flatMap((run) => {
    const attempts = namesIn(join(folderOf(workspace), run))
      .filter((name) => name.startsWith(`${task}.`))
      .map((name) => Number(/^(\d+)\./.exec(name.slice(task.length + 1))?.[1]))
      .filter((attempt) => attempt > 0);
    return [...new Set(attempts)].map((attempt) => [run, attempt] as const);
  });
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    return [];
  }
}
