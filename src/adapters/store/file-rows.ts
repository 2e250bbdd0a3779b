/** What the plan files say, as rows. Only sync writes them. */
import type { Diagnostic } from '../../core/diagnostic.ts';
import type { Plan } from '../../core/plan.ts';
import { standingOf } from '../../core/standing.ts';
import type { Connection } from './connection.ts';

/** What the file system said of a file when its content was last looked at, and what that content was. */
export interface FileRow {
  readonly path: string;
  readonly planId: string;
  readonly size: number;
  /** Milliseconds since the epoch, with fractions, as `stat` has them. */
  readonly mtime: number;
  readonly ctime: number;
  readonly ino: number;
  /** Git's blob id of the bytes (SHA-1). */
  readonly digest: string;
  /** Whether the plan names a gate or an agent, so that its diagnostics depend on the config. */
  readonly mentions: boolean;
  /** When it was read, by the clock of this machine, milliseconds since the epoch. */
  readonly checkedAt: number;
}

export interface ParsedFile {
  readonly file: FileRow;
  readonly plan: Plan;
  readonly valid: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

export class FileRows {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Every file's row, by path. Read on every start: columns come as arrays, without an object of names each. */
  all(): Map<string, FileRow> {
    return this.#connection.guard(() => {
      const statement = this.#connection.prepare('select path, planId, size, mtime, ctime, ino, digest, mentions, checkedAt from files');
      statement.setReturnArrays(true);
      const rows = statement.all() as unknown as [string, string, number, number, number, number, string, number, number][];
      const files = new Map<string, FileRow>();
      for (const [path, planId, size, mtime, ctime, ino, digest, mentions, checkedAt] of rows) {
        files.set(path, { path, planId, size, mtime, ctime, ino, digest, mentions: mentions === 1, checkedAt });
      }
      return files;
    });
  }

  /** Writes a file's signature alone: its content is as it was. */
  touch(file: FileRow): void {
    this.#connection
      .prepare(
        'insert or replace into files (path, planId, size, mtime, ctime, ino, digest, mentions, checkedAt) values (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      )
      .run(file.path, file.planId, file.size, file.mtime, file.ctime, file.ino, file.digest, file.mentions ? 1 : 0, file.checkedAt);
  }

  /** Puts the rows of one file in the place of those it had. Within a transaction. */
  replace({ file, plan, valid, diagnostics }: ParsedFile): void {
    this.#removePlan(plan.id);
    this.touch(file);
    const standing = standingOf(plan);
    this.#connection
      .prepare(
        `insert into plans (id, title, description, status, reopened, valid, createdBy, sourceFile, currentPhaseId, currentTaskId,
           totalPhases, completedPhases, totalTasks, completedTasks) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        plan.id,
        plan.title,
        plan.description,
        standing.status,
        standing.reopened ? 1 : 0,
        valid ? 1 : 0,
        plan.createdBy,
        file.path,
        standing.currentPhaseId,
        standing.currentTaskId,
        standing.totalPhases,
        standing.completedPhases,
        standing.totalTasks,
        standing.completedTasks,
      );
    this.#insertPhases(plan, standing.phases);
    this.#insertTasks(plan);
    this.#insertDiagnostics(plan.id, diagnostics);
  }

  /** Removes all that a file that is gone has said. Within a transaction. */
  remove(file: FileRow): void {
    this.#removePlan(file.planId);
    this.#connection.prepare('delete from files where path = ?').run(file.path);
  }

  #removePlan(planId: string): void {
    this.#connection.prepare('delete from plans where id = ?').run(planId);
    this.#connection.prepare('delete from phases where planId = ?').run(planId);
    this.#connection.prepare('delete from tasks where planId = ?').run(planId);
    this.#connection.prepare('delete from diagnostics where planId = ?').run(planId);
  }

  #insertPhases(plan: Plan, standings: ReturnType<typeof standingOf>['phases']): void {
    const insert = this.#connection.prepare(
      `insert into phases (planId, ord, id, title, description, status, executionMode, pauseAfter, totalTasks, completedTasks, failedTasks)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    for (const [order, phase] of plan.phases.entries()) {
      const { status, totalTasks, completedTasks, failedTasks } = standings[order] ?? {
        status: 'pending',
        totalTasks: 0,
        completedTasks: 0,
        failedTasks: 0,
      };
      const { id, title, description, executionMode, pauseAfter } = phase;
      insert.run(
        plan.id,
        order,
        id,
        title,
        description,
        status,
        executionMode,
        pauseAfter ? 1 : 0,
        totalTasks,
        completedTasks,
        failedTasks,
      );
    }
  }

  #insertTasks(plan: Plan): void {
    const insert = this.#connection.prepare(
      `insert into tasks (planId, ord, id, phaseId, position, title, description, status, dependsOn, canRunInParallel, attempts, lastError)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    let order = 0;
    for (const phase of plan.phases) {
      for (const [position, task] of phase.tasks.entries()) {
        const parallel = task.canRunInParallel ?? phase.executionMode === 'parallel';
        insert.run(
          plan.id,
          order++,
          task.id,
          phase.id,
          position,
          task.title,
          task.description,
          task.status,
          JSON.stringify(task.dependsOn),
          parallel ? 1 : 0,
          task.attempts,
          task.error ?? null,
        );
      }
    }
  }

  #insertDiagnostics(planId: string, diagnostics: readonly Diagnostic[]): void {
    const insert = this.#connection.prepare(
      `insert into diagnostics (planId, ord, rule, severity, message, "offset", length, line, "column", endLine, endColumn, fix)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    for (const [order, { rule, severity, message, span, line, column, endLine, endColumn, fix }] of diagnostics.entries()) {
      const mend = fix === undefined ? null : JSON.stringify(fix);
      insert.run(planId, order, rule, severity, message, span.offset, span.length, line, column, endLine, endColumn, mend);
    }
  }
}
