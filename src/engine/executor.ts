/**
 * The one loop: takes one fact at a time from its inbox, asks the machine, performs the effects, and tells everybody who listens.
 * Nothing acts directly in a callback: what a process, a signal or a timer has to say is posted.
 */
import type { RunEvent } from '../core/event.ts';
import type { Effect, Fact } from '../core/effect.ts';
import { newRun, transition, type Run } from '../core/run.ts';
import type { RunEnd } from '../core/summary.ts';
import { startAttempt } from './attempt.ts';
import { runGates } from './gating.ts';
import { checkWork } from './work.ts';
import type { RunContext } from './context.ts';
import { readPlanAtBoundary } from './edits.ts';
import { commitTask, finishAttempt } from './landing.ts';
import { recordCompletion, recordFailure, recordPause } from './records.ts';

export interface ExecutorOptions {
  readonly scope: ReadonlySet<string> | null;
  readonly approved: ReadonlySet<string>;
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

  /** A bug in an effect: the loop throws it. */
  fail(error: unknown): void {
    this.#broken = { error };
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

/** Runs a plan, `run-started` being posted, until it is done or waits for a person. Throws only for bugs, after every agent has been stopped. */
export async function execute(context: RunContext, inbox: Inbox, options: ExecutorOptions): Promise<RunEnd> {
  let run: Run = newRun(context.plan.plan, {
    scope: options.scope,
    approved: options.approved,
    ...context.limits,
  });
  const phases = new Set<string>();
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
      for (const effect of effects) perform(context, effect).catch((error: unknown) => inbox.fail(error));
    }
    return run.end;
  } finally {
    context.abort.abort();
  }
}

function isEvent(fact: Fact): fact is RunEvent {
  switch (fact.type) {
    case 'plan-read':
    case 'plan-unusable':
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
    case 'record-pause':
      return context.inTurn(() => recordPause(context, effect));
    case 'record-completion':
      return context.inTurn(() => recordCompletion(context, effect));
    case 'stop-agents':
      return context.abort.abort();
  }
}
