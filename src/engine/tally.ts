/** Sums a run up while it goes. */
import type { Head } from '../adapters/git/git.ts';
import type { RunEvent } from '../core/event.ts';
import type { Plan } from '../core/plan.ts';
import { waitingFor, findTask, openTasks, phaseOf } from '../core/progress.ts';
import type { FailureSummary, PhaseSummary, RunEnd, RunSummary } from '../core/summary.ts';

type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

export class Tally {
  readonly #from: Head;
  /** On a clock that nobody sets. */
  readonly #startedAt = performance.now();
  readonly #files = new Set<string>();
  readonly #phaseMs = new Map<string, number>();
  readonly #flags = new Map<string, number>();
  readonly #maxAttempts = new Map<string, number>();
  readonly #plan: Plan;
  #completed = 0;
  #attempts = 0;
  #tokens: number | null = null;
  #costUsd: number | null = null;
  /** The price of some tokens is not known, and so that of all is not. */
  #isUnpriced = false;
  #lastFailure: EventOf<'attempt-finished'> | null = null;

  constructor(plan: Plan, from: Head) {
    this.#plan = plan;
    this.#from = from;
  }

  add(event: RunEvent): void {
    if (event.type === 'attempt-started') {
      this.#attempts += 1;
      this.#maxAttempts.set(event.task, event.maxAttempts);
    } else if ((event.type === 'agent-finished' || event.type === 'message-asked') && event.usage !== null) {
      const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, costUsd } = event.usage;
      this.#tokens = (this.#tokens ?? 0) + inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens;
      if (costUsd === null) this.#isUnpriced = true;
      else this.#costUsd = (this.#costUsd ?? 0) + costUsd;
    } else if (event.type === 'attempt-finished') this.#lastFailure = event;
    else if (event.type === 'task-completed') {
      this.#completed += 1;
      this.#phaseMs.set(event.phase, (this.#phaseMs.get(event.phase) ?? 0) + event.durationMs);
      for (const path of event.files) this.#files.add(path);
      for (const { name, count } of event.flags ?? []) this.#flags.set(name, (this.#flags.get(name) ?? 0) + count);
    }
  }

  /** The sum, with what the plan and HEAD are at the end. `commits` is the number between the two heads. */
  summary(now: { readonly plan: Plan; readonly end: RunEnd; readonly head: Head; readonly commits: number }): RunSummary {
    const { plan, end, head } = now;
    const tasks = plan.phases.flatMap((phase) => phase.tasks);
    const next = tasks.find(({ status }) => status === 'pending' || status === 'failed');
    return {
      plan: plan.id,
      title: plan.title,
      end,
      phases: plan.phases.map((phase) => this.#phase(phase)),
      totalTasks: tasks.length,
      closedTasks: tasks.length - openTasks(plan),
      completedTasks: this.#completed,
      attempts: this.#attempts,
      filesChanged: this.#files.size,
      ...(this.#flags.size > 0 ? { flags: [...this.#flags].map(([name, count]) => ({ name, count })) } : {}),
      commits: now.commits,
      fromCommit: now.commits === 0 ? null : this.#from.commit,
      toCommit: now.commits === 0 ? null : head.commit,
      branch: head.branch,
      durationMs: performance.now() - this.#startedAt,
      tokens: this.#tokens,
      costUsd: this.#isUnpriced ? null : this.#costUsd,
      next: next === undefined ? null : { id: next.id, title: next.title, phaseTitle: phaseOf(plan, next.id)?.title ?? '' },
      failure: end.type === 'paused' && end.reason === 'task_failed' ? this.#failure(plan, end.task) : null,
    };
  }

  #phase({ id, title, tasks }: Plan['phases'][number]): PhaseSummary {
    const count = (wanted: readonly string[]) => tasks.filter(({ status }) => wanted.includes(status)).length;
    return {
      id,
      title,
      total: tasks.length,
      closed: count(['completed', 'skipped']),
      failed: count(['failed']),
      durationMs: this.#phaseMs.get(id) ?? null,
    };
  }

  #failure(plan: Plan, id: string | null): FailureSummary | null {
    const last = this.#lastFailure;
    if (last === null || last.task !== id) return null;
    return {
      task: last.task,
      title: (findTask(plan, last.task) ?? findTask(this.#plan, last.task))?.title ?? last.task,
      attempts: last.attempt,
      maxAttempts: this.#maxAttempts.get(last.task) ?? last.attempt,
      outcome: last.outcome,
      reason: last.reason,
      gate: last.gates.find(({ status }) => status === 'failed') ?? null,
      tail: last.tail,
      dependents: waitingFor(plan, last.task),
      files: last.files,
    };
  }
}
