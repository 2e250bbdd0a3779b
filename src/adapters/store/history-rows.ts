/** What git's history says, as rows: the commits, the iterations, and the facts folded from them. Only sync writes them. */
import type { Spending } from '../../core/budget.ts';
import { noFacts, type PhaseFacts, type PlanFacts, type TaskFacts } from '../../core/facts.ts';
import type { Outline } from '../../core/outline.ts';
import type { IterationRecord } from '../../core/record.ts';
import type { Connection } from './connection.ts';

/** A commit as it concerns one plan. */
export interface CommitRow {
  /** Its place in the history, oldest first. */
  readonly rank: number;
  readonly planId: string;
  readonly id: string;
  readonly kind: 'task' | 'plan' | 'iteration';
  readonly committedAt: string;
  readonly subject: string;
  readonly authorName: string;
  readonly taskId: string | null;
  readonly agent: string | null;
  readonly durationMs: number | null;
  /** What it says that agents have cost; null where it does not say. */
  readonly tokens: number | null;
  readonly costUsd: number | null;
  /** The whole evidence as JSON; null where its trailers say nothing. */
  readonly evidence: string | null;
}

export interface HistoryUpdate {
  readonly commits: readonly CommitRow[];
  readonly iterations: readonly (IterationRecord & { readonly rank: number })[];
  /** Plans that got another name, in order: what was about them before is theirs under the new one. */
  readonly renamed: readonly { readonly from: string; readonly to: string }[];
  /** The plans whose facts changed, whole. */
  readonly facts: ReadonlyMap<string, PlanFacts>;
}

type TimeColumns = Pick<PlanFacts, 'createdAt' | 'updatedAt' | 'startedAt' | 'startingCommit' | 'completedAt' | 'pauseReason'>;

export class HistoryRows {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Forgets every commit; outlines stay, since a blob never changes. Within a transaction. */
  clear(): void {
    for (const table of ['commits', 'plan_iterations', 'plan_history', 'phase_history', 'task_history']) {
      this.#connection.prepare(`delete from ${table}`).run();
    }
  }

  /** The rank after the newest commit's. */
  nextRank(): number {
    return this.#all<{ next: number }>('select coalesce(max(rank), -1) + 1 as next from commits', [])[0]?.next ?? 0;
  }

  /** What is known of a plan so far. */
  facts(planId: string): PlanFacts {
    const facts = noFacts();
    Object.assign(
      facts,
      this.#all<TimeColumns>(
        'select createdAt, updatedAt, startedAt, startingCommit, completedAt, pauseReason from plan_history where planId = ?',
        [planId],
      )[0],
    );
    for (const { id, ...phase } of this.#all<PhaseFacts & { id: string }>(
      'select id, createdAt, updatedAt from phase_history where planId = ?',
      [planId],
    )) {
      facts.phases.set(id, phase);
    }
    for (const { id, lastQaResults, ...task } of this.#all<Omit<TaskFacts, 'lastQaResults'> & { id: string; lastQaResults: string | null }>(
      `select id, createdAt, updatedAt, commitSha, attempts, lastQaResults, sessionId, startedAt, completedAt
         from task_history where planId = ?`,
      [planId],
    )) {
      const gates = lastQaResults === null ? null : (JSON.parse(lastQaResults) as TaskFacts['lastQaResults']);
      facts.tasks.set(id, { ...task, lastQaResults: gates });
    }
    return facts;
  }

  /** Adds new commits and puts the folded facts in the place of the old. Within a transaction. */
  write(update: HistoryUpdate): void {
    for (const { from, to } of update.renamed) this.#rename(from, to);
    const commit = this.#connection.prepare(
      `insert or replace into commits (rank, planId, id, kind, committedAt, subject, authorName, taskId, agent, durationMs, tokens, costUsd, evidence)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    for (const row of update.commits) {
      const { rank, planId, id, kind, committedAt, subject, authorName, taskId, agent, durationMs, tokens, costUsd, evidence } = row;
      commit.run(rank, planId, id, kind, committedAt, subject, authorName, taskId, agent, durationMs, tokens, costUsd, evidence);
    }
    const iteration = this.#connection.prepare(
      `insert or replace into plan_iterations
         (planId, rank, id, iterationType, prompt, changes, changedBy, createdAt, subject, authorName, tokens, costUsd)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    for (const row of update.iterations) {
      const { planId, rank, id, iterationType, prompt, changes, changedBy, createdAt, subject, authorName, tokens, costUsd } = row;
      const json = JSON.stringify(changes);
      iteration.run(planId, rank, id, iterationType, prompt, json, changedBy, createdAt, subject, authorName, tokens, costUsd);
    }
    for (const [planId, facts] of update.facts) this.#writeFacts(planId, facts);
  }

  /** The outline of a version by its blob's id, or null where it was never looked at. */
  outline(blob: string): Outline | null {
    const row = this.#all<{ outline: string }>('select outline from outlines where blob = ?', [blob])[0];
    return row === undefined ? null : (JSON.parse(row.outline) as Outline);
  }

  keepOutline(blob: string, outline: Outline): void {
    this.#connection.guard(() =>
      this.#connection.prepare('insert or ignore into outlines (blob, outline) values (?, ?)').run(blob, JSON.stringify(outline)),
    );
  }

  /** The commits that concern a plan (or any), newest first. */
  commits(planId?: string): CommitRow[] {
    return this.#all(
      `select rank, planId, id, kind, committedAt, subject, authorName, taskId, agent, durationMs, tokens, costUsd, evidence from commits
         ${planId === undefined ? '' : 'where planId = ?'} order by rank desc, planId`,
      planId === undefined ? [] : [planId],
    );
  }

  /** What the commits since a time (ISO 8601) say that each plan has cost. */
  spent(since = ''): readonly (Spending & { readonly planId: string })[] {
    return this.#all(
      `select planId, coalesce(sum(costUsd), 0) as usd, coalesce(sum(tokens), 0) as tokens,
           coalesce(sum(iif(costUsd is null, tokens, 0)), 0) as unpriced
         from commits where (tokens is not null or costUsd is not null) and committedAt >= ? group by planId`,
      [since],
    );
  }

  /** When a commit last said that a task is done or what its attempts cost; null where none has. */
  recordedAt(planId: string, taskId: string): string | null {
    const sql = `select max(committedAt) as at from commits where planId = ? and taskId = ?
      and (kind = 'task' or tokens is not null or costUsd is not null)`;
    return this.#all<{ at: string | null }>(sql, [planId, taskId])[0]?.at ?? null;
  }

  /** The evidence (JSON) of the last commit by which a run or a command recorded something of a plan; null where there is none. */
  lastWord(planId: string): string | null {
    const sql = `select evidence from commits where planId = ? and kind <> 'iteration' order by rank desc limit 1`;
    return this.#all<{ evidence: string | null }>(sql, [planId])[0]?.evidence ?? null;
  }

  #rename(from: string, to: string): void {
    for (const table of ['commits', 'plan_iterations']) {
      this.#connection.prepare(`delete from ${table} where planId = ?`).run(to);
      this.#connection.prepare(`update ${table} set planId = ? where planId = ?`).run(to, from);
    }
  }

  #writeFacts(planId: string, facts: PlanFacts): void {
    for (const table of ['phase_history', 'task_history']) this.#connection.prepare(`delete from ${table} where planId = ?`).run(planId);
    this.#connection
      .prepare(
        `insert or replace into plan_history (planId, createdAt, updatedAt, startedAt, startingCommit, completedAt, pauseReason)
           values (?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(planId, facts.createdAt, facts.updatedAt, facts.startedAt, facts.startingCommit, facts.completedAt, facts.pauseReason);
    const phase = this.#connection.prepare('insert into phase_history (planId, id, createdAt, updatedAt) values (?, ?, ?, ?)');
    for (const [id, { createdAt, updatedAt }] of facts.phases) phase.run(planId, id, createdAt, updatedAt);
    const task = this.#connection.prepare(
      `insert into task_history (planId, id, createdAt, updatedAt, commitSha, attempts, lastQaResults, sessionId, startedAt, completedAt)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    for (const [id, row] of facts.tasks) {
      const gates = row.lastQaResults === null ? null : JSON.stringify(row.lastQaResults);
      const { createdAt, updatedAt, commitSha, attempts, sessionId, startedAt, completedAt } = row;
      task.run(planId, id, createdAt, updatedAt, commitSha, attempts, gates, sessionId, startedAt, completedAt);
    }
  }

  #all<T>(sql: string, parameters: readonly (string | number)[]): T[] {
    return this.#connection.guard(() => this.#connection.prepare(sql).all(...parameters) as unknown as T[]);
  }
}
