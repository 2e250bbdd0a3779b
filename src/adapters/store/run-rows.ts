/** What this machine did: written by the executor as it happens, lost with the cache. */
import type { RunRow, AttemptRow, GateRow, AttemptRecord, PlacedEvent, RunRecord, StoredEvent } from './run-row.ts';
import type { Connection } from './connection.ts';

export class RunRows {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  start(run: RunRow): void {
    this.#run('insert or replace into runs (id, planId, pid, pidStart, startedAt) values (?, ?, ?, ?, ?)', [
      run.id,
      run.planId,
      run.pid,
      run.pidStart,
      run.startedAt,
    ]);
  }

  end(runId: string, endedAt: string, outcome: string): void {
    this.#run('update runs set endedAt = ?, outcome = ? where id = ?', [endedAt, outcome, runId]);
  }

  attempt(row: AttemptRow): void {
    this.#run(
      `insert or replace into attempts (runId, taskId, attempt, planId, agent, startedAt, endedAt, outcome, reason, sessionId,
         durationMs, tokens, costUsd, commitSha) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        row.runId,
        row.taskId,
        row.attempt,
        row.planId,
        row.agent,
        row.startedAt,
        row.endedAt ?? null,
        row.outcome ?? null,
        row.reason ?? null,
        row.sessionId ?? null,
        row.durationMs ?? null,
        row.tokens ?? null,
        row.costUsd ?? null,
        row.commitSha ?? null,
      ],
    );
  }

  gate({ runId, taskId, attempt, result }: GateRow): void {
    this.#run(
      `insert or replace into gate_results (runId, taskId, attempt, name, status, durationMs, exitCode, reason, tail)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [runId, taskId, attempt, result.name, result.status, result.durationMs, result.exitCode, result.reason, result.tail],
    );
  }

  event(runId: string, seq: number, json: string): void {
    this.#run('insert or replace into events (runId, seq, json) values (?, ?, ?)', [runId, seq, json]);
  }

  /** Forgets a run's events up to one, but for the first, which says what it began with. */
  forgetEvents(runId: string, to: number): void {
    this.#run('delete from events where runId = ? and seq > 1 and seq <= ?', [runId, to]);
  }

  /** Newest first. */
  runs(planId?: string): RunRecord[] {
    const where = planId === undefined ? '' : 'where planId = ?';
    return this.#all(
      `select id, planId, pid, pidStart, startedAt, endedAt, outcome from runs ${where} order by startedAt desc, id`,
      planId === undefined ? [] : [planId],
    );
  }

  /** Runs that have not said they ended. Whether their process lives is for the caller to find out. */
  open(): RunRecord[] {
    return this.#all(
      'select id, planId, pid, pidStart, startedAt, endedAt, outcome from runs where endedAt is null order by startedAt, id',
      [],
    );
  }

  /** Oldest first, each with its gates. */
  attempts(planId: string, taskId?: string): AttemptRecord[] {
    const where = taskId === undefined ? 'a.planId = ?' : 'a.planId = ? and a.taskId = ?';
    const parameters = taskId === undefined ? [planId] : [planId, taskId];
    const gates = Map.groupBy(
      this.#all<GateRow['result'] & { runId: string; taskId: string; attempt: number }>(
        `select g.runId, g.taskId, g.attempt, g.name, g.status, g.durationMs, g.exitCode, g.reason, g.tail from gate_results g
           join attempts a on a.runId = g.runId and a.taskId = g.taskId and a.attempt = g.attempt where ${where}
           order by g.rowid`,
        parameters,
      ),
      (gate) => `${gate.runId} ${gate.attempt} ${gate.taskId}`,
    );
    return this.#all<Omit<AttemptRecord, 'gates'>>(
      `select a.runId, a.taskId, a.attempt, a.planId, a.agent, a.startedAt, a.endedAt, a.outcome, a.reason, a.sessionId, a.durationMs,
         a.tokens, a.costUsd, a.commitSha from attempts a where ${where} order by a.startedAt, a.attempt`,
      parameters,
    ).map((row) => ({
      ...row,
      gates: (gates.get(`${row.runId} ${row.attempt} ${row.taskId}`) ?? []).map(({ name, status, durationMs, exitCode, reason, tail }) => ({
        name,
        status,
        durationMs,
        exitCode,
        reason,
        tail,
      })),
    }));
  }

  /** Attempts of a run that have begun and not ended. */
  openAttempts(runId: string): { taskId: string; attempt: number; agent: string; startedAt: string }[] {
    return this.#all(
      'select taskId, attempt, agent, startedAt from attempts where runId = ? and endedAt is null order by startedAt, taskId',
      [runId],
    );
  }

  events(runId: string, after: number): StoredEvent[] {
    return this.#all('select seq, json from events where runId = ? and seq > ? order by seq', [runId, after]);
  }

  /** Of all runs, in the order in which they were written. */
  eventsSince(position: number, limit: number): PlacedEvent[] {
    return this.#all('select position, runId, seq, json from events where position > ? order by position limit ?', [position, limit]);
  }

  lastPosition(): number {
    return this.#all<{ position: number | null }>('select max(position) as position from events', [])[0]?.position ?? 0;
  }

  nextSeq(runId: string): number {
    return (this.#all<{ seq: number | null }>('select max(seq) as seq from events where runId = ?', [runId])[0]?.seq ?? 0) + 1;
  }

  medianDurationMs(agent?: string): number | null {
    const parameters = agent === undefined ? [] : [agent];
    const also = agent === undefined ? '' : 'and agent = ?';
    for (const rows of [`commits where kind = 'task' ${also}`, `attempts where outcome = 'passed' and durationMs is not null ${also}`]) {
      const [row] = this.#all<{ durationMs: number }>(
        `select durationMs from ${rows} order by durationMs limit 1 offset (select count(*) / 2 from ${rows})`,
        [...parameters, ...parameters],
      );
      if (row !== undefined) return row.durationMs;
    }
    return null;
  }

  #run(sql: string, parameters: readonly (string | number | null)[]): void {
    this.#connection.guard(() => this.#connection.prepare(sql).run(...parameters));
  }

  #all<T>(sql: string, parameters: readonly (string | number)[]): T[] {
    return this.#connection.guard(() => this.#connection.prepare(sql).all(...parameters) as unknown as T[]);
  }
}
