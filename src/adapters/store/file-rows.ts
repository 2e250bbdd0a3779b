/** What the plan files say, as rows. Only sync writes them. */
import type { Diagnostic } from '../../core/diagnostic.ts';
import type { Plan } from '../../core/plan.ts';
import { standingOf } from '../../core/standing.ts';
import type { Connection } from './connection.ts';

/** What the file system said of a file when its content was last looked at, and what that content was. */
export interface FileRow {
  /** Relative to the repository's root, `/`-separated. */
  readonly path: string;
  readonly planId: string;
  /** Size, times and inode as one text. */
  readonly signature: string;
  /** False: it was changed so shortly before it was read that a later change could have left the same signature. */
  readonly settled: boolean;
  /** Git's blob id of the bytes (SHA-1); empty where they could not be read. */
  readonly digest: string;
  /** Whether the plan names a gate or an agent, so that its diagnostics depend on the config. */
  readonly mentions: boolean;
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

  /** Every file's row, by path. Columns come as arrays, without an object of names each: there may be 10,000. */
  all(): Map<string, FileRow> {
    return this.#connection.guard(() => {
      const statement = this.#connection.prepare('select path, planId, signature, settled, digest, mentions from files');
      statement.setReturnArrays(true);
      const files = new Map<string, FileRow>();
      for (const row of statement.all() as unknown as [string, string, string, number, string, number][]) {
        const [path, planId, signature, settled, digest, mentions] = row;
        files.set(path, { path, planId, signature, settled: settled === 1, digest, mentions: mentions === 1 });
      }
      return files;
    });
  }

  /** The digest of each plan's file, by plan; of one plan alone where it is named. */
  digests(planId?: string): ReadonlyMap<string, string> {
    const [where, parameters] = planId === undefined ? ['', []] : [' where planId = ?', [planId]];
    return this.#connection.guard(() => {
      const rows = this.#connection.prepare(`select planId, digest from files${where}`).all(...parameters);
      return new Map(rows.map((row) => [String(row['planId']), String(row['digest'])]));
    });
  }

  /** Writes a file's signature alone, where its content is still the one that was known: somebody else may have put another in its place meanwhile. */
  touch({ path, signature, settled, digest }: FileRow): void {
    this.#connection
      .prepare('update files set signature = ?, settled = ? where path = ? and digest = ?')
      .run(signature, settled ? 1 : 0, path, digest);
  }

  /** Puts the rows of one file in the place of those it had. Within a transaction. */
  replace({ file, plan, valid, diagnostics }: ParsedFile): void {
    this.#removePlan(plan.id);
    const { path, planId, signature, settled, digest, mentions } = file;
    this.#connection
      .prepare('insert or replace into files (path, planId, signature, settled, digest, mentions) values (?, ?, ?, ?, ?, ?)')
      .run(path, planId, signature, settled ? 1 : 0, digest, mentions ? 1 : 0);
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
      `insert into tasks (planId, ord, id, phaseId, position, title, description, status, dependsOn, canRunInParallel, attempts, lastError,
         assignee, approval) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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
          task.assignee ?? null,
          task.approval ?? null,
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
