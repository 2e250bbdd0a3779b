/** The tables. All of it is rebuilt from files and git, so that a change here needs no migration: another version is thrown away. */

/**
 * What files say (`files` to `diagnostics`), what git says (`commits` to `plan_history`) and what this machine did (`runs` to `events`) are
 * kept apart, so that each is replaced without the others; readers join them.
 */
export const SCHEMA = `
-- What differs between versions is found by id, title and similarity: what was compared in another way is thrown away.
create table meta (key text primary key, value text not null) without rowid;

create table files (
  path text primary key, planId text not null, signature text not null, settled integer not null, digest text not null,
  mentions integer not null
) without rowid;
create table plans (
  id text primary key, title text not null, description text not null, status text not null, reopened integer not null,
  valid integer not null, createdBy text not null, sourceFile text not null, currentPhaseId text, currentTaskId text,
  totalPhases integer not null, completedPhases integer not null, totalTasks integer not null, completedTasks integer not null
) without rowid;
create table phases (
  planId text not null, ord integer not null, id text not null, title text not null, description text not null, status text not null,
  executionMode text not null, pauseAfter integer not null, totalTasks integer not null, completedTasks integer not null,
  failedTasks integer not null, primary key (planId, ord)
) without rowid;
create table tasks (
  planId text not null, ord integer not null, id text not null, phaseId text not null, position integer not null, title text not null,
  description text not null, status text not null, dependsOn text not null, canRunInParallel integer not null, attempts integer not null,
  lastError text, assignee text, approval text, primary key (planId, ord)
) without rowid;
create table diagnostics (
  planId text not null, ord integer not null, rule text not null, severity text not null, message text not null,
  "offset" integer not null, length integer not null, line integer not null, "column" integer not null, endLine integer not null,
  endColumn integer not null, fix text, primary key (planId, ord)
) without rowid;

create table commits (
  rank integer not null, planId text not null, id text not null, kind text not null, committedAt text not null, subject text not null,
  authorName text not null, taskId text, agent text, durationMs real, tokens integer, costUsd real, evidence text,
  primary key (planId, rank)
) without rowid;
create table plan_iterations (
  planId text not null, rank integer not null, id text not null, iterationType text not null, prompt text, changes text not null,
  changedBy text not null, createdAt text not null, subject text not null, authorName text not null, tokens integer, costUsd real,
  primary key (planId, rank)
) without rowid;
create table plan_history (
  planId text primary key, createdAt text, updatedAt text, startedAt text, startingCommit text, completedAt text, pauseReason text
) without rowid;
create table phase_history (planId text not null, id text not null, createdAt text, updatedAt text, primary key (planId, id)) without rowid;
create table task_history (
  planId text not null, id text not null, createdAt text, updatedAt text, commitSha text, attempts integer, lastQaResults text,
  sessionId text, startedAt text, completedAt text, primary key (planId, id)
) without rowid;
create table outlines (blob text primary key, outline text not null) without rowid;
create table readings (planId text primary key, key text not null, head text not null, digest text not null, body text not null);

create table runs (
  id text primary key, planId text not null, pid integer not null, pidStart text not null, startedAt text not null, endedAt text,
  outcome text
) without rowid;
create index runs_of_plan on runs (planId, startedAt);
create table attempts (
  runId text not null, taskId text not null, attempt integer not null, planId text not null, agent text not null,
  startedAt text not null, endedAt text, outcome text, reason text, sessionId text, durationMs real, tokens integer, costUsd real,
  commitSha text, primary key (runId, taskId, attempt)
) without rowid;
create index attempts_of_task on attempts (planId, taskId);
create table gate_results (
  runId text not null, taskId text not null, attempt integer not null, name text not null, status text not null, durationMs real not null,
  exitCode integer, reason text not null, tail text not null, primary key (runId, taskId, attempt, name)
);
-- "position" orders the events of all runs as they were written, and is never used again: a reader goes on where it stopped.
create table events (
  position integer primary key autoincrement, runId text not null, seq integer not null, json text not null, unique (runId, seq)
);
`;

/** FNV-1a of the schema as SQLite's `user_version` (a signed 32-bit number that must not be 0). */
export const SCHEMA_VERSION = versionOf(SCHEMA);

function versionOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash | 1;
}
