/** What becomes of a plan once a change to it is merged. */
import { agentOf, gatesOf } from '../assignment.ts';
import type { Config } from '../config.ts';
import type { PlanDiff } from '../diff-record.ts';
import type { ReadVersion } from '../diff.ts';
import { forecast, type Step as ForecastStep } from '../forecast.ts';
import { changeGraph, type Graph, type Marking } from '../graph.ts';
import { isOpen, type Plan } from '../plan.ts';
import { phaseTitles } from '../diff-words.ts';
import type { Outlook, Step } from './review-record.ts';

/** Steps that are kept of one plan. */
const STEPS_MAX = 40;

/**
 * What a plan will do after the merge, under the config that holds then.
 *
 * @param config null where it is code and so is not known
 */
export function outlookOf(diff: PlanDiff, after: ReadVersion | null, config: Config | null): Outlook {
  const plan = (diff.after ?? diff.before)?.id ?? '';
  if (after === null) return { plan, outcome: 'removed', steps: [], more: 0, ceilingUsd: null, graph: null };
  const outcome = outcomeOf(after);
  const steps = after.valid ? stepsOf(after.plan, config) : [];
  return {
    plan,
    outcome,
    steps: steps.slice(0, STEPS_MAX),
    more: Math.max(0, steps.length - STEPS_MAX),
    ceilingUsd: config === null ? (after.plan.maxBudgetUsd ?? null) : Math.min(config.budget.plan.usd, after.plan.maxBudgetUsd ?? Infinity),
    graph: diff.changes.every(({ of }) => of === 'plan') ? null : graphRecord(changeGraph(after.plan, markingsOf(diff))),
  };
}

function outcomeOf({ plan, valid }: ReadVersion): Outlook['outcome'] {
  if (!valid) return 'invalid';
  switch (plan.status) {
    case 'ready':
      return 'runs';
    case 'draft':
      return 'draft';
    case 'paused':
    // Somebody runs it elsewhere, who goes on with it.
    case 'running':
      return 'waits';
    case 'completed':
      // What is open again waits for a person's word.
      return plan.phases.some(({ tasks }) => tasks.some(isOpen)) ? 'waits' : 'done';
    case 'failed':
      return 'given-up';
  }
}

function stepsOf(plan: Plan, config: Config | null): readonly Step[] {
  return forecast(plan, { scope: null, approved: new Set() }).flatMap((step) => stepOf(step, config));
}

function stepOf(step: ForecastStep, config: Config | null): Step[] {
  switch (step.type) {
    case 'phase':
      return [];
    case 'task': {
      const { phase, task } = step;
      const own = task.run === undefined ? (task.agent ?? phase.agent ?? null) : 'run';
      const gates = config === null ? (task.gates ?? phase.gates ?? null) : gatesOf(config, phase, task).map(({ name }) => name);
      return [
        {
          type: 'task',
          task: task.id,
          title: task.title,
          agent: config === null ? own : agentOf(config, phase, task),
          run: task.run ?? null,
          gates: gates === null ? null : [...gates],
        },
      ];
    }
    case 'pause':
      return [{ type: 'pause', reason: step.reason, phase: step.phase.title, task: step.task }];
  }
}

/** A task that is new, gone, or not what it was. What only moved is where it is now. */
function markingsOf(diff: PlanDiff) {
  const titleOf = phaseTitles(diff);
  const tasks = new Map<string, Marking>();
  for (const { type, of, id } of diff.changes) {
    if (of === 'task' && type !== 'removed') tasks.set(id, type === 'added' && diff.type !== 'added' ? 'added' : 'changed');
  }
  const removed = diff.changes.flatMap((change) =>
    change.type === 'removed' && change.of === 'task' && change.phase !== null
      ? [
          {
            phase: change.phase,
            phaseTitle: titleOf(change.phase),
            id: change.id,
            title: change.title,
            status: change.status ?? ('pending' as const),
          },
        ]
      : [],
  );
  // Of a new plan everything is new: that needs no marks.
  return { tasks: diff.type === 'added' ? new Map<string, Marking>() : tasks, removed };
}

function graphRecord({ phases, more, edges }: Graph): NonNullable<Outlook['graph']> {
  return {
    phases: phases.map(({ title, tasks, more: others }) => ({ title, tasks: tasks.map((task) => ({ ...task })), more: others })),
    more,
    edges: edges.map((edge) => [...edge]),
  };
}
