/** A person's word on a plan, said on its pull request: one commit of the plan file on its branch, made without a work tree. */
import type { Bundles } from '../../adapters/git/bundle.ts';
import type { Git } from '../../adapters/git/git.ts';
import type { SteeringCommand } from '../../core/ci/comment-command.ts';
import { commitSubject } from '../../core/commit-subject.ts';
import type { Config } from '../../core/config.ts';
import { applyEdits, setPlanFields } from '../../core/edit.ts';
import { checkPlan } from '../../core/lint.ts';
import type { Plan } from '../../core/plan.ts';
import { Problem } from '../../core/problem.ts';
import { allDone } from '../../core/progress.ts';
import { steeringOf } from '../../core/steering.ts';
import type { Evidence } from '../../core/evidence.ts';
import { formatTrailers } from '../../core/trailer.ts';
import type { Change } from '../control.ts';
import { approving, cancelling, pausing, retrying, skipping } from '../words.ts';
import { pathOf, planAt } from './plan-commit.ts';

export interface SteerRequest {
  readonly planId: string;
  readonly branch: string;
  /** Where the branch is, as GitHub says it and as it was fetched. */
  readonly tip: string;
  readonly remote: string;
  readonly config: Pick<Config, 'plans' | 'commit'>;
  readonly command: SteeringCommand;
  /** Who said it, and where: for the commits. */
  readonly by: { readonly login: string; readonly url: string };
}

export interface SteeredBranch {
  /** Null where the plan says so already. */
  readonly commit: string | null;
  /** Whether something is to be executed now. */
  readonly starts: boolean;
  readonly plan: Plan;
}

/** Commits what the command makes of the plan, and pushes it where the branch is still where it was looked at. A {@link Problem} says why not. */
export async function steerBranch({ git, bundles }: { git: Git; bundles: Bundles }, request: SteerRequest): Promise<SteeredBranch> {
  const { planId, branch, tip, remote, config, command } = request;
  const path = pathOf(config, planId);
  const found = await planAt(git, tip, { path, planId, known: null });
  if (found === null) throw new Problem(`There is no plan "${planId}" on ${branch}.`);
  if (!found.valid) throw new Problem(`The plan has errors, and is not changed by commands: plans lint ${planId}`);
  if (command.name === 'approve' && !tip.startsWith(command.commit))
    throw new Problem(
      `You have approved ${command.commit}, and the branch is at ${tip.slice(0, 12)} by now. Look at it again: nothing was approved.`,
    );
  let { text, plan } = found;
  let parent = tip;
  for (const change of changesOf(command)) {
    const edit = change(text, plan);
    if ('refused' in edit) throw new Problem(edit.refused);
    const after = applyEdits(text, edit.edits);
    if (after === text) continue;
    const checked = checkPlan(after, planId);
    if (!checked.valid) throw new Problem(`That would leave the plan with errors, and was not done: plans lint ${planId}`);
    parent = await bundles.commitFile({ parent, path, text: after, message: messageOf(plan, checked.plan, request) });
    [text, plan] = [after, checked.plan];
  }
  const starts = !['pause', 'cancel'].includes(command.name);
  if (parent === tip) return { commit: null, starts, plan };
  const refused = await git.push(remote, [{ ref: `refs/heads/${branch}`, from: tip, to: parent }]);
  if (refused !== null)
    throw new Problem(`The branch ${branch} has moved meanwhile, and nothing was changed. Look at it, and say it again.`);
  return { commit: parent, starts, plan };
}

/** What a command changes, one commit each. */
function changesOf(command: SteeringCommand): readonly Change[] {
  switch (command.name) {
    case 'run':
    case 'resume':
      return [readying];
    case 'pause':
      return [pausing];
    case 'cancel':
      return [cancelling];
    case 'retry':
      return [retrying(command.task), readying];
    case 'skip':
      return [skipping(command.task), readyingIfOpen];
    case 'approve':
      return [approving(command.task), readying];
  }
}

/** The plan may go on, whatever it waited for. */
const readying: Change = (text, plan) => {
  if (plan.status === 'draft') throw new Problem(`The plan "${plan.id}" is a draft. Review it, then mark it ready: plans ready ${plan.id}`);
  if (allDone(plan)) throw new Problem(`Every task of "${plan.id}" is done; there is nothing to go on with.`);
  return plan.status === 'ready' || plan.status === 'running' ? { edits: [] } : setPlanFields(text, plan, { status: 'ready' });
};

/** With the last open task left out there is nothing to go on with: the plan is completed. */
const readyingIfOpen: Change = (text, plan) => (allDone(plan) ? setPlanFields(text, plan, { status: 'completed' }) : readying(text, plan));

function messageOf(before: Plan, after: Plan, { by: { login, url }, config }: SteerRequest): string {
  const { id: plan } = after;
  const steering = steeringOf(before, after);
  const otherwise: Evidence & { readonly subject: string } = { plan, event: 'completed', reason: null, task: null, subject: 'completed' };
  const { subject, ...evidence } = steering ?? otherwise;
  const line = commitSubject(config.commit, plan, subject, false);
  return `${line}\n\nSaid by ${login}: ${url}\n\n${formatTrailers(evidence)}\n`;
}
