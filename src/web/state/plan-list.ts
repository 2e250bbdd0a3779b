/** The list of plans: what is shown of it, in which order, and the one right thing to do with each. */
import type { Plan, PlanStatus } from '../api/shapes.ts';
import { STATUS_WORDS, type BadgeKind } from './words.ts';
import { planPath } from './route.ts';

export const FILTERS = ['all', 'attention', 'running', 'draft', 'ready', 'completed', 'failed', 'invalid'] as const;
export type Filter = (typeof FILTERS)[number];

export const FILTER_WORDS: Readonly<Record<Filter, string>> = {
  all: 'All',
  attention: 'Needs you',
  running: 'Running',
  draft: 'Draft',
  ready: 'Ready',
  completed: 'Completed',
  failed: 'Failed',
  invalid: 'With errors',
};

export function badgeOf(plan: Pick<Plan, 'valid' | 'status'>): BadgeKind {
  return plan.valid ? plan.status : 'invalid';
}

/** Whether nothing goes on until a person does something. */
export function needsAttention(plan: Pick<Plan, 'valid' | 'status' | 'pauseReason'>): boolean {
  return !plan.valid || (plan.status === 'paused' && plan.pauseReason !== 'rate_limited');
}

export function isIn(plan: Plan, filter: Filter): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'attention':
      return needsAttention(plan);
    case 'invalid':
      return !plan.valid;
    case 'running':
    case 'draft':
    case 'ready':
    case 'completed':
    case 'failed':
      return plan.valid && plan.status === filter;
  }
}

/** What wants a person first, then what moves, then what may begin, then the rest. */
const ORDER: Readonly<Record<BadgeKind, number>> = {
  invalid: 1,
  paused: 0,
  running: 2,
  ready: 3,
  draft: 4,
  failed: 5,
  completed: 6,
  pending: 7,
  skipped: 7,
};

export interface Wanted {
  readonly filter: Filter;
  readonly words: string;
  readonly repository: string | null;
}

/** The plans that are wanted, those that want a person first and the newest of each kind before the older. */
export function shownPlans(plans: readonly Plan[], { filter, words, repository }: Wanted): readonly Plan[] {
  const terms = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = plans.filter((plan) => {
    if (repository !== null && plan.repositoryId !== repository) return false;
    const text = `${plan.title}\n${plan.description}\n${plan.slug}`.toLowerCase();
    return isIn(plan, filter) && terms.every((term) => text.includes(term));
  });
  const newest = (plan: Plan): string => plan.updatedAt ?? '9';
  return found.toSorted(
    (a, b) => ORDER[badgeOf(a)] - ORDER[badgeOf(b)] || newest(b).localeCompare(newest(a)) || a.slug.localeCompare(b.slug),
  );
}

/**
 * The plans that were asked for anew, each once: those that are as they were are the objects that they were, and the list too where nothing has
 * changed, so that nothing is drawn again for them.
 */
export function keptPlans(before: readonly Plan[], now: readonly Plan[]): readonly Plan[] {
  const known = new Map(before.map((plan) => [plan.id, plan]));
  const kept = new Map<string, Plan>();
  for (const plan of now) {
    const old = known.get(plan.id);
    if (!kept.has(plan.id)) kept.set(plan.id, old !== undefined && JSON.stringify(old) === JSON.stringify(plan) ? old : plan);
  }
  const plans = [...kept.values()];
  return plans.length === before.length && plans.every((plan, index) => plan === before[index]) ? before : plans;
}

/** What a tab of the browser says of a plan: what it is at comes first, where it is more than a text. */
export function tabTitle(plan: Pick<Plan, 'title' | 'valid' | 'status' | 'completedTasks' | 'totalTasks'>): string {
  const kind = badgeOf(plan);
  const sign = TAB_SIGNS[kind];
  if (sign === undefined) return plan.title;
  const done = kind === 'running' ? ` ${plan.completedTasks}/${plan.totalTasks}` : '';
  return `${sign} ${STATUS_WORDS[kind]}${done} · ${plan.title}`;
}

const TAB_SIGNS: Readonly<Partial<Record<BadgeKind, string>>> = {
  running: '●',
  paused: '‖',
  completed: '✓',
  failed: '✕',
  invalid: '!',
};

/** A thing to do with a plan: a place to go to, or a request. */
export type Action =
  | { readonly type: 'go'; readonly words: GoWords; readonly to: string }
  | { readonly type: 'ask'; readonly words: string; readonly verb: 'execute' | 'pause' | 'resume' };
export type GoWords = 'Fix errors' | 'Edit' | 'Review with Claude' | 'Decide' | 'View details';

/** The one right action for a plan as it is. */
export function actionFor(plan: Pick<Plan, 'id' | 'valid' | 'status' | 'pauseReason' | 'totalTasks'>): Action {
  if (!plan.valid) return { type: 'go', words: 'Fix errors', to: `${planPath(plan.id, 'edit')}?view=source` };
  return actions[plan.status](plan);
}

const DECISIONS: ReadonlySet<string> = new Set(['task_failed', 'manual_approval_required', 'human_task', 'conflict', 'phase_complete']);

const actions: Readonly<Record<PlanStatus, (plan: Pick<Plan, 'id' | 'pauseReason' | 'totalTasks'>) => Action>> = {
  draft: ({ id, totalTasks }) =>
    totalTasks === 0
      ? { type: 'go', words: 'Edit', to: planPath(id, 'edit') }
      : { type: 'go', words: 'Review with Claude', to: planPath(id, 'review') },
  ready: () => ({ type: 'ask', words: 'Execute', verb: 'execute' }),
  running: () => ({ type: 'ask', words: 'Pause', verb: 'pause' }),
  paused: ({ id, pauseReason }) =>
    pauseReason !== null && DECISIONS.has(pauseReason)
      ? { type: 'go', words: 'Decide', to: planPath(id, 'run') }
      : { type: 'ask', words: 'Resume', verb: 'resume' },
  completed: ({ id }) => ({ type: 'go', words: 'View details', to: planPath(id) }),
  failed: ({ id }) => ({ type: 'go', words: 'View details', to: planPath(id, 'run') }),
};
