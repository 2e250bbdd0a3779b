/** What must hold before a run changes anything. Every refusal is a sentence, and leaves everything as it was. */
import { relative, sep } from 'node:path';
import type { Agent } from '../adapters/agents/agent.ts';
import { openAgent } from '../adapters/agents/open.ts';
import type { Head } from '../adapters/git/git.ts';
import { agentOf } from '../core/assignment.ts';
import { setPlanFields, setTaskStatus } from '../core/edit.ts';
import { isDone, type Plan, type Task } from '../core/plan.ts';
import { Problem } from '../core/problem.ts';
import { findTask, inScope } from '../core/progress.ts';
import type { Secret } from '../core/redact.ts';
import { readiness } from '../core/schedule.ts';
import { didYouMean, suggestIds } from '../core/suggest.ts';
import type { Workspace } from './workspace.ts';

/** What of the plan is asked for. */
export interface Selection {
  /** One task; a person has named it, so that a manual phase does not ask and a failed task is tried again. */
  readonly task?: string | undefined;
  /**
   * The phase or task to begin with, `phase ID` or `task ID` where one word names both; open tasks before it are left alone. `beginning` and
   * `current` mean every open task, in order.
   */
  readonly from?: string | undefined;
}

export interface Selected {
  readonly scope: ReadonlySet<string> | null;
  readonly approved: ReadonlySet<string>;
}

/** The branch and commit a run can stand on. */
export async function checkedHead(workspace: Workspace): Promise<Head & { readonly branch: string; readonly commit: string }> {
  const { branch, commit } = await workspace.git.head();
  if (branch === null)
    throw new Problem(
      `HEAD is detached at ${commit?.slice(0, 12) ?? 'nothing'}; a run commits to a branch. Switch to one (git switch NAME, or git switch -c NAME for a new one) and run again.`,
    );
  if (commit === null)
    throw new Problem(`The branch "${branch}" has no commit yet; a run needs one to begin on. Make a first commit and run again.`);
  const operation = await workspace.git.operation();
  if (operation !== null) throw new Problem(`A ${operation} is under way in ${workspace.root}. Finish or abort it, then run again.`);
  await workspace.git.assertCommits([relative(workspace.root, workspace.planPath('plan')).split(sep).join('/')]);
  return { branch, commit };
}

/** Whether a plan's status lets it run. */
export function checkStatus(plan: Plan): void {
  if (plan.status === 'draft') throw new Problem(`The plan "${plan.id}" is a draft. Review it, then mark it ready: plans ready ${plan.id}`);
  if (plan.status === 'failed')
    throw new Problem(`The plan "${plan.id}" was given up (status: failed). To go on with it all the same: plans resume ${plan.id}`);
}

/** What of the plan this run may do. */
export function select(plan: Plan, { task, from }: Selection): Selected {
  const tasks = plan.phases.flatMap((phase) => phase.tasks);
  if (task !== undefined) {
    const found = findTask(plan, task);
    if (found === undefined)
      throw new Problem(
        unknown(
          plan,
          'task',
          task,
          tasks.map(({ id }) => id),
        ),
      );
    if (isDone(found))
      throw new Problem(`The task "${task}" is ${found.status} already. To do it again, clear its box in ${plan.id} first.`);
    const scope = new Set([task]);
    // The person has decided about failure and approval by naming it; what it depends on still has to be done.
    const asPending = withPending(plan, scope);
    const answer = readiness(inScope({ ...asPending, status: 'ready' }, scope), { approved: scope }).find(
      (entry) => entry.task.id === task,
    );
    if (answer !== undefined && !answer.ready)
      throw new Problem(
        `The task "${task}" cannot start: ${answer.because.map((reason) => ('task' in reason ? `"${reason.task}" is not done` : reason.type === 'human-task' ? 'it is assigned to a person, who ticks its box' : reason.type)).join('; ')}.`,
      );
    return { scope, approved: scope };
  }
  if (from === undefined || from === 'beginning' || from === 'current') return { scope: null, approved: new Set() };
  return { scope: scopeFrom(plan, from), approved: new Set() };
}

/** The tasks from a phase or a task on, in the order of the document. */
function scopeFrom(plan: Plan, from: string): ReadonlySet<string> {
  const [, kind, name = from] = /^(phase|task)\s+(\S+)$/.exec(from) ?? [];
  const tasks = plan.phases.flatMap((phase) => phase.tasks);
  const phase = kind === 'task' ? -1 : plan.phases.findIndex(({ id }) => id === name);
  if (phase >= 0) return new Set(plan.phases.slice(phase).flatMap((each) => each.tasks.map(({ id }) => id)));
  const at = kind === 'phase' ? -1 : tasks.findIndex(({ id }) => id === name);
  if (at >= 0) return new Set(tasks.slice(at).map(({ id }) => id));
  const known = [...(kind === 'task' ? [] : plan.phases), ...(kind === 'phase' ? [] : tasks)].map(({ id }) => id);
  throw new Problem(unknown(plan, kind ?? 'phase or task', name, known));
}

function withPending(plan: Plan, ids: ReadonlySet<string>): Plan {
  const change = (task: Task): Task => (ids.has(task.id) ? { ...task, status: 'pending' } : task);
  return { ...plan, phases: plan.phases.map((phase) => ({ ...phase, tasks: phase.tasks.map(change) })) };
}

/** That a plan has no phase or task of this name, with the nearest that it has. */
export function unknown(plan: Plan, what: string, name: string, known: readonly string[]): string {
  const hint = didYouMean(suggestIds(name, known)) ?? `Run "plans show ${plan.id}" to see its ids.`;
  return `The plan "${plan.id}" has no ${what} "${name}". ${hint}`;
}

/** That every open task has an agent that is installed. Each agent is asked once. What they give are the secrets they work with. */
export async function checkAgents(
  workspace: Workspace,
  plan: Plan,
  scope: ReadonlySet<string> | null,
  { env, agents }: { readonly env: Readonly<Record<string, string | undefined>>; readonly agents?: ReadonlyMap<string, Agent> },
): Promise<readonly Secret[]> {
  const asked = new Set<string>();
  const secrets: Secret[] = [];
  for (const [phase, task] of plan.phases.flatMap((each) => each.tasks.map((item) => [each, item] as const))) {
    if (isDone(task) || task.assignee === 'human' || (scope !== null && !scope.has(task.id))) continue;
    const name = agentOf(workspace.config, phase, task);
    if (name === 'run' && task.run !== undefined) continue;
    if (asked.has(name)) continue;
    asked.add(name);
    const opened = openAgent(name, workspace.config, { environment: env, ...(agents === undefined ? {} : { agents }) });
    const problem = opened.type === 'unknown' ? opened.message : await opened.agent.unavailable();
    if (problem === null) {
      if (opened.type === 'agent') secrets.push(...((await opened.agent.secrets?.()) ?? []));
      continue;
    }
    const named = task.agent ?? phase.agent ?? workspace.config.agent;
    if (named !== undefined) throw new Problem(`The task "${task.id}" cannot be done by the agent "${name}": ${problem}`);
    throw new Problem(
      `The task "${task.id}" names no agent, and Claude, which does such tasks, cannot: ${problem} Or name another agent, in the task or as "agent: claude-code" in ${workspace.configFile ?? 'plans.config.yaml'}.`,
    );
  }
  return secrets;
}

/** What the start of a run changes in the file: the plan runs, and a failed task that was named is pending again. */
export function beginning(text: string, plan: Plan, retried: string | null): ReturnType<typeof setPlanFields> {
  const status = plan.status === 'running' ? { edits: [] } : setPlanFields(text, plan, { status: 'running' });
  if (retried === null || 'refused' in status) return status;
  const task = setTaskStatus(text, plan, retried, { status: 'pending' });
  return 'refused' in task ? task : { edits: [...status.edits, ...task.edits] };
}
