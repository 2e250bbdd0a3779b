/** What is left of a plan, and what it will take: the plan as it stands, and what this repository's history says of its like. */
import { agentOf, DEFAULT_AGENT, gatesOf } from '../core/assignment.ts';
import type { Spending } from '../core/budget.ts';
import { estimate, type Estimate, type OpenTask } from '../core/estimate.ts';
import { forecast, type Step } from '../core/forecast.ts';
import type { Plan } from '../core/plan.ts';
import { taskPrompt } from '../core/prompt.ts';
import { readPast } from './past.ts';
import { spentSoFar } from './spending.ts';
import type { Workspace } from './workspace.ts';

/** What is left of a plan, in time and money. */
export interface PlanEstimate extends Estimate {
  /** Tasks for a person: no figure has them. */
  readonly human: number;
  readonly spent: Spending;
  /** What the plan may cost. US dollars. */
  readonly ceilingUsd: number;
}

/** Estimates what is left of a plan. */
export async function estimatePlan(workspace: Workspace, plan: Plan, now: Date): Promise<PlanEstimate> {
  const { config } = workspace;
  const steps = forecast(plan, { scope: null, approved: new Set() });
  const open = steps.filter((step) => step.type === 'task').map((step) => openTask(workspace, plan, step));
  const [past, spent] = [await readPast(workspace, null), await spentSoFar(workspace, plan.id, now)];
  return {
    ...estimate(open, past, { prices: config.prices, maxConcurrency: config.maxConcurrency }),
    human: steps.filter((step) => step.type === 'pause' && step.reason === 'human_task').length,
    spent: spent.plan,
    ceilingUsd: Math.min(config.budget.plan.usd, plan.maxBudgetUsd ?? Infinity),
  };
}

function openTask({ config }: Workspace, plan: Plan, { phase, task }: Extract<Step, { type: 'task' }>): OpenTask {
  const agent = agentOf(config, phase, task);
  const gates = gatesOf(config, phase, task);
  const maxAttempts = task.maxAttempts ?? config.maxAttempts;
  const prompt = taskPrompt({ plan, task, attempt: 1, maxAttempts, gates, failure: null, keepsWork: false, earlier: null });
  const own = agent === DEFAULT_AGENT ? config.claude.model : config.agents[agent]?.model;
  const model = agent === 'run' ? null : (task.model ?? config.model ?? own ?? null);
  return { phase, task, agent, model, promptChars: prompt.length };
}
