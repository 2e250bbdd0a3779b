/** Whether a plan is to be executed by a job: once for what it says, and on from where its branch stands. */
import { isDone, type Plan } from '../plan.ts';
import { allDone, findTask } from '../progress.ts';

/** The plan as one commit has it. */
export interface PlanVersion {
  readonly plan: Plan;
  readonly valid: boolean;
  /** By which it is known whether this was executed. */
  readonly content: string;
  /** When the rate limit resets for which it was paused last, ISO 8601; null where it was not. */
  readonly resetsAt: string | null;
}

export interface StandingFacts {
  /** On the branch that work is merged into; null where it is not there. */
  readonly base: PlanVersion | null;
  /** On the plan's own branch, where there is one that is not merged whole. */
  readonly branch: PlanVersion | null;
  /** The plan's file is another on the base than where its branch began. */
  readonly isEdited: boolean;
  /** What was executed before. */
  readonly executed: ReadonlySet<string>;
  /** ISO 8601. */
  readonly now: string;
  /** A person has named this plan: what waits for such a word goes on. */
  readonly isNamed: boolean;
}

export type Standing =
  | { readonly type: 'run'; readonly from: 'base' | 'branch'; readonly content: string }
  /** A sentence says for what. */
  | { readonly type: 'wait'; readonly because: string }
  /** There is nothing to execute, and nothing to say. */
  | { readonly type: 'nothing' };

/** Names that can be part of a ref, a branch and an artifact, on every system. */
const NAME = /^[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}._-]{0,78}[\p{L}\p{N}\p{M}])?$/u;

/** The branch on which a plan is executed; null where no branch can have that name. */
export function planBranch(planId: string): string | null {
  return NAME.test(planId) && !planId.includes('..') && !/\.lock$/i.test(planId) ? `plans/${planId}` : null;
}

/** The plan of such a branch; null where the branch is none. */
export function planOfBranch(branch: string): string | null {
  const planId = branch.startsWith('plans/') ? branch.slice('plans/'.length) : '';
  return planBranch(planId) === branch ? planId : null;
}

/** Whether a plan's branch has finished tasks that the base has not: then it is more than a note of what failed. */
export function hasWork(branch: Plan, base: Plan): boolean {
  return branch.phases.some(({ tasks }) =>
    tasks.some((task) => {
      const other = findTask(base, task.id);
      return isDone(task) && (other === undefined || !isDone(other));
    }),
  );
}

/** What is to be done about a plan. */
export function standingOf(facts: StandingFacts): Standing {
  const { base, branch, isEdited, isNamed, executed } = facts;
  if (base === null) return isNamed ? wait('There is no such plan on the branch that it would be merged into.') : { type: 'nothing' };
  const { id } = base.plan;
  if (planBranch(id) === null) return wait('Its name cannot be that of a branch. Rename the file.');
  const isOpen = branch !== null && (hasWork(branch.plan, base.plan) || !isEdited);
  const version = isOpen ? branch : base;
  if (version.plan.status === 'draft' && !isNamed) return { type: 'nothing' };
  if (!version.valid) return wait(`It has errors: plans lint ${id}`);
  if (isOpen && isEdited)
    return wait(
      `It has changed since the branch ${planBranch(id)} began. Bring that up to date (“Update branch” on its pull request), and it goes on from there.`,
    );
  const standing = ofStatus(version, isOpen ? 'branch' : 'base', facts);
  if (standing.type !== 'run' || isNamed || !executed.has(version.content)) return standing;
  return wait('It was executed as it stands. Edit it, or start it by name.');
}

function ofStatus({ plan, content, resetsAt }: PlanVersion, from: 'base' | 'branch', { isNamed, now }: StandingFacts): Standing {
  const run: Standing = { type: 'run', from, content };
  switch (plan.status) {
    case 'ready':
      return run;
    case 'draft':
      return wait(`It is a draft. Mark it ready: plans ready ${plan.id}`);
    case 'running':
      return from === 'branch' || isNamed ? run : wait('Somebody runs it elsewhere: it says so itself.');
    case 'failed':
      return wait('It was given up. To go on with it, set its status to ready.');
    case 'paused':
      if (isNamed) return run;
      if (resetsAt === null) return wait('It is paused, and waits for a person.');
      return Date.parse(resetsAt) <= Date.parse(now) ? run : wait(`It waits for a rate limit that resets at ${resetsAt}.`);
    case 'completed':
      if (allDone(plan)) return { type: 'nothing' };
      return isNamed ? run : wait('It was completed, and has open tasks again. To do them, set its status to ready.');
  }
}

function wait(because: string): Standing {
  return { type: 'wait', because };
}
