/** Runs of two plans in one checkout: tasks that work apart come together in one queue, whoever runs them; others would only cost. */
import { isOpen, type Plan } from '../core/plan.ts';
import { Problem } from '../core/problem.ts';
import { isCommand } from './control.ts';
import { heldPlans, nameOf, pauseOf } from './lock.ts';
import { PlanFile } from './plan-file.ts';
import type { Workspace } from './workspace.ts';

/**
 * Refuses where another plan is being run in this checkout and one of the two has a task that works in it: each would find the other's files
 * and commits, and no attempt of either could land. `scope` is what this run may do; null means all.
 */
export async function refuseBeside(workspace: Workspace, plan: Plan, scope: ReadonlySet<string> | null): Promise<void> {
  const { git, root } = workspace;
  for (const [planId, holder] of heldPlans(git.commonDir)) {
    if (planId === plan.id || holder.root !== root || isCommand(holder)) continue;
    const other = await PlanFile.open(workspace, planId);
    const inCheckout = [
      ...(worksInCheckout(plan, scope) ? [plan.id] : []),
      ...('message' in other || worksInCheckout(other.plan, null) ? [planId] : []),
    ];
    if (inCheckout.length === 0) continue;
    const who = inCheckout.map((id) => `"${id}"`).join(' and ');
    throw new Problem(
      `The plan "${planId}" is being run in this checkout by ${nameOf(holder, root)}, and the two would get in each other's way: ${who} ${inCheckout.length === 1 ? 'has' : 'have'} tasks that work in the checkout itself, as those of a parallel phase do not. Wait for it, let it pause (${pauseOf(holder, planId, root)}), or run this one in a work tree of its own (git worktree add).`,
    );
  }
}

function worksInCheckout({ phases }: Plan, scope: ReadonlySet<string> | null): boolean {
  return phases.some(
    ({ executionMode, tasks }) =>
      executionMode !== 'parallel' &&
      tasks.some((task) => isOpen(task) && task.assignee !== 'human' && (scope === null || scope.has(task.id))),
  );
}
