/** What a run would do, in order, and what it would be refused with. Nothing is changed. */
import { agentOf, gatesOf } from '../core/assignment.ts';
import { forecast, forecastCommits, type ForecastCommit, type Step } from '../core/forecast.ts';
import type { Plan } from '../core/plan.ts';
import { Problem } from '../core/problem.ts';
import { refuseBeside } from './beside.ts';
import { liveHolder, nameOf } from './lock.ts';
import { behindLink } from './plan-file.ts';
import { checkAgents, checkedHead, checkStatus, select, type Selection } from './start.ts';
import type { Workspace } from './workspace.ts';

/** A plan without errors. */
interface ForecastPlan {
  readonly plan: Plan;
  /** Absolute, and as git has it. */
  readonly file: string;
  readonly path: string;
}

type RunGiven = Parameters<typeof checkAgents>[3];

interface RunForecast {
  readonly branch: string | null;
  readonly commit: string | null;
  readonly steps: readonly Step[];
  /** Until it ends or pauses. */
  readonly commits: readonly ForecastCommit[];
  /** Why it would not run now; null where it would. */
  readonly problem: string | null;
}

/** Looks ahead. A {@link Problem} where what is selected cannot be. */
export async function forecastRun(workspace: Workspace, loaded: ForecastPlan, selection: Selection, given: RunGiven): Promise<RunForecast> {
  const { plan, path } = loaded;
  const { scope, approved } = select(plan, selection);
  const steps = forecast(plan, { scope, approved });
  const { branch, commit } = await workspace.git.head();
  const edited = commit !== null && (await workspace.git.status([path])).changes.length > 0;
  const commits = forecastCommits(plan, steps, { edited, named: selection.task ?? null });
  return { branch, commit, steps, commits, problem: await problemOf(workspace, loaded, scope, given) };
}

/** A step as JSON; ids are those of the file. */
export function stepRecord({ config }: Pick<Workspace, 'config'>, step: Step) {
  switch (step.type) {
    case 'phase':
      return { type: step.type, phase: step.phase.id, title: step.phase.title };
    case 'task':
      return {
        type: step.type,
        phase: step.phase.id,
        task: step.task.id,
        title: step.task.title,
        agent: agentOf(config, step.phase, step.task),
        run: step.task.run ?? null,
        gates: gatesOf(config, step.phase, step.task).map(({ name }) => name),
        maxAttempts: step.task.maxAttempts ?? config.maxAttempts,
      };
    case 'pause':
      return { type: step.type, reason: step.reason, phase: step.phase.id, task: step.task };
  }
}

/** What a run would refuse with, in the order in which it looks. */
async function problemOf(
  workspace: Workspace,
  { plan, file }: ForecastPlan,
  scope: ReadonlySet<string> | null,
  given: RunGiven,
): Promise<string | null> {
  const linked = behindLink(workspace.root, file);
  if (linked !== null) return linked;
  try {
    checkStatus(plan);
    await checkedHead(workspace);
    await checkAgents(workspace, plan, scope, given);
    const holder = liveHolder(workspace.git.commonDir, plan.id);
    if (holder === null) await refuseBeside(workspace, plan, scope);
    return holder === null ? null : `The plan "${plan.id}" is being run by ${nameOf(holder, workspace.root)}. Wait for it to end.`;
  } catch (error) {
    if (error instanceof Problem) return error.message;
    throw error;
  }
}
