/** Rows joined into records: what files say with what git says of it. */
import type { DiagnosticRecord, IterationRecord, PhaseRecord, PlanRecord, TaskRecord } from '../../core/record.ts';
import type { ExecutionMode, PlanStatus, TaskStatus } from '../../core/plan.ts';
import type { ScheduledPhase, ScheduledPlan, ScheduledTask } from '../../core/schedule.ts';
import type { Connection } from './connection.ts';

type Value = string | number | null;

/** A plan as scheduling sees it, with what is needed to name it. */
interface ScheduleTask extends ScheduledTask {
  readonly title: string;
}
interface SchedulePhase extends ScheduledPhase<ScheduleTask> {
  readonly title: string;
}
export interface ScheduleRecord extends ScheduledPlan<ScheduleTask> {
  readonly id: string;
  readonly title: string;
  readonly valid: boolean;
  readonly phases: readonly SchedulePhase[];
}

/** A pause after a phase is in the commit of the phase's last task, which gives no reason: the phases do, the last done one and those open. */
const AFTER_PHASE = `(
  select 'phase_complete' from phases f where f.planId = p.id and f.pauseAfter and f.ord = (select max(d.ord) from phases d
    where d.planId = p.id and d.ord < (select min(o.ord) from phases o where o.planId = p.id and o.status <> 'completed')))`;

const PLANS = `
  select p.id, p.title, p.description, p.status, case when p.status <> 'paused' then null when p.reopened then 'reopened'
      else coalesce(h.pauseReason, ${AFTER_PHASE}, 'requested') end as pauseReason,
    p.valid, p.createdBy, p.sourceFile, p.currentPhaseId, p.currentTaskId, h.startingCommit, p.totalPhases, p.completedPhases,
    p.totalTasks, p.completedTasks, h.createdAt, h.updatedAt, h.startedAt,
    case when p.status in ('completed', 'failed') then h.completedAt end as completedAt
  from plans p left join plan_history h on h.planId = p.id`;

const PHASES = `
  select p.id, p.planId, p.ord as "order", p.title, p.description, p.status, p.executionMode, p.pauseAfter, p.totalTasks,
    p.completedTasks, p.failedTasks, h.createdAt, h.updatedAt
  from phases p left join phase_history h on h.planId = p.planId and h.id = p.id`;

/** What a commit says of a task holds only while its box is ticked. */
const TASKS = `
  select t.id, t.phaseId, t.planId, t.position as "order", t.title, t.description, t.status, t.dependsOn, t.canRunInParallel,
    case when t.status = 'completed' then coalesce(h.attempts, t.attempts) else t.attempts end as attempts, t.lastError,
    iif(t.status = 'completed', h.lastQaResults, null) as lastQaResults, iif(t.status = 'completed', h.sessionId, null) as sessionId,
    iif(t.status = 'completed', h.commitSha, null) as commitSha, iif(t.status = 'completed', h.startedAt, null) as startedAt,
    iif(t.status = 'completed', h.completedAt, null) as completedAt, h.createdAt, h.updatedAt
  from tasks t left join task_history h on h.planId = t.planId and h.id = t.id`;

export class RecordRows {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** All plans, or one, by id. */
  plans(planId?: string): PlanRecord[] {
    const repositoryId = this.#rows(`select value from meta where key = 'repositoryId'`, [])[0]?.['value'] ?? null;
    const rows = this.#select(PLANS, 'p.id', 'p.id', planId);
    return rows.map((row) => ({ ...row, repositoryId, valid: row['valid'] === 1 }) as unknown as PlanRecord);
  }

  /** In the order of the document. */
  phases(planId?: string): PhaseRecord[] {
    const times = new Map<string, { startedAt: string | null; completedAt: string | null; updatedAt: string | null }>();
    for (const row of this.#select(TASK_TIMES, 't.planId', 't.planId', planId, 'group by t.planId, t.phaseId')) {
      times.set(`${row['planId']}/${row['phaseId']}`, row as never);
    }
    return this.#select(PHASES, 'p.planId', 'p.planId, p.ord', planId).map((row) => {
      const ofTasks = times.get(`${row['planId']}/${row['id']}`);
      return {
        ...row,
        pauseAfter: row['pauseAfter'] === 1,
        startedAt: ofTasks?.startedAt ?? null,
        completedAt: row['status'] === 'completed' ? (ofTasks?.completedAt ?? null) : null,
        updatedAt: latest(row['updatedAt'], ofTasks?.updatedAt),
      } as unknown as PhaseRecord;
    });
  }

  /** In the order of the document. */
  tasks(planId?: string): TaskRecord[] {
    return this.#arrays(TASKS, 't.planId', 't.planId, t.ord', planId).map(taskRecord);
  }

  /** The tasks whose box is not ticked. */
  notCompleted(): { readonly planId: string; readonly id: string }[] {
    const sql = `select t.planId, t.id from tasks t where t.status <> 'completed'`;
    return this.#rows(sql, []) as { planId: string; id: string }[];
  }

  /** The tasks that failed, in the order of their documents. */
  failedTasks(): { readonly planId: string; readonly id: string; readonly lastError: string | null }[] {
    const sql = `select t.planId, t.id, t.lastError from tasks t where t.status = 'failed' order by t.planId, t.ord`;
    return this.#rows(sql, []) as { planId: string; id: string; lastError: string | null }[];
  }

  /** What scheduling reads, of all plans or one, by id: no descriptions and nothing from git, so that 10,000 tasks are read at once. */
  schedules(planId?: string): ScheduleRecord[] {
    const plans = new Map<string, ScheduleRecord & { phases: SchedulePhase[] }>();
    const phases = new Map<string, SchedulePhase & { tasks: ScheduleTask[] }>();
    for (const [id, title, status, valid] of this.#arrays('select p.id, p.title, p.status, p.valid from plans p', 'p.id', 'p.id', planId)) {
      plans.set(id as string, { id: id as string, title: title as string, status: status as PlanStatus, valid: valid === 1, phases: [] });
    }
    const phaseSql = 'select p.planId, p.id, p.title, p.executionMode from phases p';
    for (const [plan, id, title, executionMode] of this.#arrays(phaseSql, 'p.planId', 'p.planId, p.ord', planId)) {
      const phase = { id: id as string, title: title as string, executionMode: executionMode as ExecutionMode, tasks: [] };
      plans.get(plan as string)?.phases.push(phase);
      phases.set(`${plan}/${id}`, phase);
    }
    const taskSql = `select t.planId, t.phaseId, t.id, t.title, t.status, t.dependsOn, t.canRunInParallel, t.assignee, t.approval from tasks t`;
    for (const [plan, phase, id, title, status, dependsOn, parallel, assignee, approval] of this.#arrays(
      taskSql,
      't.planId',
      't.planId, t.ord',
      planId,
    )) {
      phases.get(`${plan}/${phase}`)?.tasks.push({
        id: id as string,
        title: title as string,
        status: status as TaskStatus,
        dependsOn: list(dependsOn),
        canRunInParallel: parallel === 1,
        assignee: assignee === 'human' ? assignee : undefined,
        approval: (approval ?? undefined) as ScheduleTask['approval'],
      });
    }
    return [...plans.values()];
  }

  /** Oldest first. */
  iterations(planId?: string): IterationRecord[] {
    const sql = `select i.id, i.planId, i.iterationType, i.prompt, i.changes, i.changedBy, i.createdAt, i.subject, i.authorName, i.tokens,
      i.costUsd from plan_iterations i`;
    return this.#select(sql, 'i.planId', 'i.planId, i.rank', planId).map(
      (row) => ({ ...row, changes: JSON.parse(String(row['changes'])) as unknown }) as unknown as IterationRecord,
    );
  }

  /** With the plan each belongs to. */
  diagnostics(planId?: string): { readonly planId: string; readonly diagnostic: DiagnosticRecord }[] {
    const sql = 'select d.planId, d.rule, d.severity, d.message, d.line, d."column", d.endLine, d.endColumn from diagnostics d';
    return this.#select(sql, 'd.planId', 'd.planId, d.ord', planId).map(({ planId: plan, ...diagnostic }) => ({
      planId: String(plan),
      diagnostic: diagnostic as unknown as DiagnosticRecord,
    }));
  }

  #select(sql: string, key: string, order: string, planId: string | undefined, group = ''): Record<string, Value>[] {
    const where = planId === undefined ? '' : ` where ${key} = ?`;
    return this.#rows(`${sql}${where} ${group} order by ${order}`, planId === undefined ? [] : [planId]);
  }

  /** As arrays: without an object of names for each of 10,000 rows. */
  #arrays(sql: string, key: string, order: string, planId: string | undefined): Value[][] {
    return this.#connection.guard(() => {
      const statement = this.#connection.prepare(`${sql}${planId === undefined ? '' : ` where ${key} = ?`} order by ${order}`);
      statement.setReturnArrays(true);
      return statement.all(...(planId === undefined ? [] : [planId])) as unknown as Value[][];
    });
  }

  #rows(sql: string, parameters: readonly string[]): Record<string, Value>[] {
    return this.#connection.guard(() => this.#connection.prepare(sql).all(...parameters) as Record<string, Value>[]);
  }
}

/** In the order of the columns of {@link TASKS}. */
function taskRecord(row: Value[]): TaskRecord {
  const [id, phaseId, planId, order, title, description, status, dependsOn, parallel, attempts, lastError, gates, ...rest] = row;
  const [sessionId, commitSha, startedAt, completedAt, createdAt, updatedAt] = rest;
  return {
    id,
    phaseId,
    planId,
    order,
    title,
    description,
    status,
    dependsOn: list(dependsOn),
    canRunInParallel: parallel === 1,
    attempts,
    lastError,
    lastQaResults: gates === null ? null : (JSON.parse(String(gates)) as unknown),
    sessionId,
    commitSha,
    startedAt,
    completedAt,
    createdAt,
    updatedAt,
  } as TaskRecord;
}

function list(json: Value | undefined): string[] {
  return json === '[]' ? [] : (JSON.parse(String(json)) as string[]);
}

const TASK_TIMES = `
  select t.planId, t.phaseId, min(iif(t.status = 'completed', h.startedAt, null)) as startedAt,
    max(iif(t.status = 'completed', h.completedAt, null)) as completedAt, max(h.updatedAt) as updatedAt
  from tasks t join task_history h on h.planId = t.planId and h.id = t.id`;

function latest(left: Value | undefined, right: string | null | undefined): Value {
  if (left === null || left === undefined) return right ?? null;
  return right !== null && right !== undefined && right > left ? right : left;
}
