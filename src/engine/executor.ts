/**
 * The one loop: takes one fact at a time from its inbox, asks the machine, performs the effects, and tells everybody who listens.
 * Nothing acts directly in a callback: what a process, a signal or a timer has to say is posted.
 */
import type { RunEvent } from '../core/event.ts';
import type { Effect, Fact } from '../core/effect.ts';
import { transition } from '../core/run.ts';
import { newRun, type Run, type Wave } from '../core/run-state.ts';
import { remedyOf } from '../core/machine.ts';
import { Problem } from '../core/problem.ts';
import type { RunEnd } from '../core/summary.ts';
import { journalUsage, startAttempt } from './attempt.ts';
import { runGates } from './gating.ts';
import { checkWork } from './work.ts';
import type { RunContext } from './context.ts';
import { readPlanAtBoundary } from './edits.ts';
import { commitTask, finishAttempt } from './landing.ts';
import { recordCancellation, recordCompletion, recordFailure, recordPause, recordTry } from './records.ts';
import { watchPlan } from './watch.ts';

export interface ExecutorOptions {
  readonly scope: ReadonlySet<string> | null;
  readonly approved: ReadonlySet<string>;
  readonly wave: Wave | null;
  /** Hears every event, in order. */
  readonly listen: (event: RunEvent) => void;
}

/** What `post` feeds and the loop empties. */
export class Inbox {
  readonly #facts: Fact[] = [];
  #wake: (() => void) | null = null;
  #broken: { readonly error: unknown } | null = null;

  readonly post = (fact: Fact): void => {
    this.#facts.push(fact);
    this.#wake?.();
  };

  /** An effect that could not be performed: the loop throws the first. */
  fail(error: unknown): void {
    this.#broken ??= { error };
    this.#wake?.();
  }

  async next(): Promise<Fact> {
    for (;;) {
      if (this.#broken !== null) throw this.#broken.error;
      const fact = this.#facts.shift();
      if (fact !== undefined) return fact;
      await new Promise<void>((resolve) => (this.#wake = resolve));
      this.#wake = null;
    }
  }
}

/**
 * Runs a plan, `run-started` being posted, until it is done or waits for a person. Throws a {@link Problem} where the machine refuses what
 * has to be done (the disk is full), anything else for bugs; either way after every agent has been stopped and every effect has ended.
 */
export async function execute(context: RunContext, inbox: Inbox, options: ExecutorOptions): Promise<RunEnd> {
  let run: Run = newRun(context.plan.plan, {
    scope: options.scope,
    approved: options.approved,
    wave: options.wave,
    tries: new Map([...context.elsewhere].map(([task, { attempt }]) => [task, attempt - 1])),
    ...context.limits,
  });
  const phases = new Set<string>();
  const performing = new Set<Promise<void>>();
  const unwatch = watchPlan(context);
  try {
    while (run.end === null) {
      const fact = await inbox.next();
      if (fact.type === 'task-started' && !phases.has(fact.phase)) {
        phases.add(fact.phase);
        options.listen({ type: 'phase-started', phase: fact.phase });
      }
      if (isEvent(fact)) options.listen(fact);
      const [next, effects] = transition(run, fact);
      run = next;
      for (const effect of effects) {
        const performed = perform(context, effect)
          .catch((error: unknown) => inbox.fail(error))
          .finally(() => performing.delete(performed));
        performing.add(performed);
      }
    }
    return run.end;
  } catch (error) {
    throw refusedByMachine(error, context.workspace.root) ?? error;
  } finally {
    unwatch();
    context.abort.abort();
    await Promise.all(performing);
  }
}

/** The sentence for what the machine refuses. The journal stays, so that the next run keeps what was half done. */
function refusedByMachine(error: unknown, root: string): Problem | null {
  const remedy = remedyOf(error);
  if (!(error instanceof Error) || remedy === null) return null;
  const path = 'path' in error && typeof error.path === 'string' ? error.path : root;
  const where = error.message.includes(path) ? '' : ` (in ${path})`;
  return new Problem(
    `The run was stopped, as the system says ${error.message.replace(/\.$/, '')}${where}. ${remedy} Then run the plan again: what was begun is kept, and it goes on from there.`,
  );
}

function isEvent(fact: Fact): fact is RunEvent {
  switch (fact.type) {
    case 'plan-read':
    case 'plan-unusable':
    case 'task-skipped':
    case 'failure-withdrawn':
    case 'head-moved':
    case 'remote-lost':
    case 'agent-stalled':
    case 'work-checked':
    case 'gates-finished':
    case 'commit-refused':
      return false;
    default:
      return true;
  }
}

async function perform(context: RunContext, effect: Effect): Promise<void> {
  switch (effect.type) {
    case 'read-plan':
      return readPlanAtBoundary(context);
    case 'start-attempt':
      return startAttempt(context, effect);
    case 'check-work':
      return checkWork(context, { task: effect.task, attempt: effect.attempt });
    case 'run-gates':
      return runGates(context, { task: effect.task, attempt: effect.attempt });
    case 'commit-task':
      return context.inTurn(() => commitTask(context, effect));
    case 'finish-attempt':
      return context.inTurn(() => finishAttempt(context, effect));
    case 'record-failure':
      return context.inTurn(() => recordFailure(context, effect));
    case 'record-try':
      return context.inTurn(() => recordTry(context, effect));
    case 'record-pause':
      return context.inTurn(() => recordPause(context, effect));
    case 'record-cancellation':
      return context.inTurn(() => recordCancellation(context));
    case 'record-completion':
      return context.inTurn(() => recordCompletion(context, effect));
    case 'journal-usage':
      return journalUsage(context, effect);
    case 'stop-agent':
      return stopAgent(context, effect);
    case 'stop-agents':
      return context.abort.abort();
  }
}

/** Where the agent has not started yet, it is stopped when it has. */
function stopAgent({ tasks }: RunContext, { task, outcome, reason }: Extract<Effect, { type: 'stop-agent' }>): void {
  const work = tasks.get(task);
  if (work === undefined) return;
  work.halted ??= { outcome, reason };
  work.stop?.();
}
