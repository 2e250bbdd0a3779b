/** Obeys a comment on a pull request: who may say so is asked of GitHub, and what is said holds for the commit that it was said of. */
import { z } from 'zod';
import type { Bundles } from '../../adapters/git/bundle.ts';
import type { Git } from '../../adapters/git/git.ts';
import type { GitHub, Pull } from '../../adapters/github/github.ts';
import { readComment, type CommentCommand, type SteeringCommand } from '../../core/ci/comment-command.ts';
import { estimateText } from '../../core/ci/estimate-text.ts';
import { planOfBranch } from '../../core/ci/standing.ts';
import { MATRIX, RUN } from '../../core/ci/workflow-files.ts';
import { inlineText } from '../../core/markdown-text.ts';
import { Problem } from '../../core/problem.ts';
import { postReview } from './comment.ts';
import { configOf } from './config.ts';
import { reviewChange } from './review.ts';
import { WORKFLOW_FOLDER } from './install.ts';
import { steerBranch } from './steer.ts';
import { baseCommit, partedAt } from './trusted.ts';

const CommentEvent = z.object({
  action: z.string(),
  issue: z.object({ number: z.int().min(1), pull_request: z.object({}).optional() }),
  comment: z.object({ id: z.int().min(1), body: z.string(), html_url: z.string(), user: z.object({ login: z.string() }).nullable() }),
});

const WORKFLOWS = [RUN, MATRIX] as const;

export interface CommandRequest {
  /** Of the event `issue_comment`. */
  readonly event: unknown;
  readonly remote: string;
  /** The branch whose workflow this is: for it plans are executed, and by its config. */
  readonly base: string;
  /** The workflow that executes plans; null for whichever of those that are given to be copied the base branch has. */
  readonly workflow: string | null;
  readonly root: string;
  readonly now: Date;
}

export type Obeyed =
  /** It was no command, or not one that counts: why, for the log. */
  | { readonly type: 'ignored'; readonly because: string }
  | { readonly type: 'refused'; readonly because: string }
  | { readonly type: 'done'; readonly what: string };

interface Place {
  readonly git: Git;
  readonly bundles: Bundles;
  readonly github: GitHub;
}

/** Obeys, and answers with a reaction; with a comment where there is something to say. */
export async function obeyComment(place: Place, request: CommandRequest): Promise<Obeyed> {
  const read = CommentEvent.safeParse(request.event);
  if (!read.success) return { type: 'ignored', because: 'The event is of no comment.' };
  const { action, issue, comment } = read.data;
  // An edit would put other words under what somebody has been let say.
  if (action !== 'created') return { type: 'ignored', because: `The comment was ${action}, and only new ones count.` };
  const asked = readComment(comment.body);
  if (asked === null) return { type: 'ignored', because: 'The comment is no command.' };
  if (issue.pull_request === undefined || comment.user === null) return { type: 'ignored', because: 'The comment is on no pull request.' };
  const { login } = comment.user;
  const { github } = place;
  const permission = await github.permission(login);
  if (permission !== 'admin' && permission !== 'write') {
    await github.react(comment.id, '-1');
    return { type: 'ignored', because: `${login} may not write to this repository (${permission}).` };
  }
  try {
    if ('problem' in asked) throw new Problem(asked.problem);
    const pull = await github.pull(issue.number);
    const what = await obey(place, request, { pull, command: asked.command, by: { login, url: comment.html_url } });
    await github.react(comment.id, 'rocket');
    return { type: 'done', what };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    await github.react(comment.id, 'confused');
    await github.comment(issue.number, inlineText(error.message));
    return { type: 'refused', because: error.message };
  }
}

interface Asked {
  readonly pull: Pull;
  readonly command: CommentCommand;
  readonly by: { readonly login: string; readonly url: string };
}

function obey(place: Place, request: CommandRequest, { pull, command, by }: Asked): Promise<string> {
  if (command.name === 'review' || command.name === 'estimate') return look(place, request, pull, command.name);
  return steer(place, request, command, { pull, by });
}

/** Both read the two sides as data; the head may be a fork's. */
async function look(
  { git, github }: Place,
  { remote, root, now }: CommandRequest,
  pull: Pull,
  what: 'review' | 'estimate',
): Promise<string> {
  const { number, base, head } = pull;
  const failed = await git.fetch(remote, [`+refs/pull/${number}/head:refs/plans/pull/${number}`]);
  if (failed !== null || (await git.resolve(`refs/plans/pull/${number}`)) !== head.commit)
    throw new Problem(
      `The commits of #${number} could not be fetched${failed === null ? ', as it has moved meanwhile' : ''}. Say it again.`,
    );
  const isFork = head.repositoryId !== base.repositoryId;
  const review = await reviewChange(root, {
    base: await baseCommit(git, remote, base.branch),
    head: head.commit,
    plans: undefined,
    isFork,
    now,
  });
  if (what === 'estimate') {
    await github.comment(number, estimateText(review.diff));
    return `estimated #${number}`;
  }
  await postReview(github, { number, base: base.commit, head: head.commit, isFork }, review);
  return `reviewed #${number}`;
}

async function steer(
  { git, bundles, github }: Place,
  { remote, workflow, base: own }: CommandRequest,
  command: SteeringCommand,
  { pull, by }: Pick<Asked, 'pull' | 'by'>,
): Promise<string> {
  const { head, base } = pull;
  const planId = planOfBranch(head.branch);
  if (head.repositoryId === null || head.repositoryId !== base.repositoryId)
    throw new Problem('This pull request is of another repository. Plans are steered on the pull requests that they are executed on.');
  if (planId === null)
    throw new Problem(
      'This pull request is not of a plan’s branch (plans/…). Merge what it says, and the plan is executed on one of its own.',
    );
  // Whoever opens one into a branch of theirs would else choose by which config it runs, and which workflow.
  if (base.branch !== own) throw new Problem(`This pull request is into ${base.branch}, and plans are executed for ${own}.`);
  if (pull.state !== 'open') throw new Problem(`This pull request is ${pull.state}.`);
  const local = `refs/remotes/${remote}/${head.branch}`;
  const failed = await git.fetch(remote, [`+refs/heads/${head.branch}:${local}`]);
  if (failed !== null) throw new Problem(`The branch ${head.branch} could not be fetched. Say it again.`);
  const tip = await git.resolve(local);
  // What GitHub shows is what was looked at.
  if (tip !== head.commit)
    throw new Problem(`The branch ${head.branch} has moved meanwhile, and nothing was changed. Look at it, and say it again.`);
  const onBase = await baseCommit(git, remote, base.branch);
  const trusted = await partedAt(git, onBase, tip);
  const { config } = await configOf(git, trusted);
  const { commit, starts } = await steerBranch({ git, bundles }, { planId, branch: head.branch, tip, remote, config, command, by });
  const said = `${command.name} ${planId}${commit === null ? '' : `: ${commit.slice(0, 12)}`}`;
  if (!starts) return said;
  const file = workflow ?? (await carrier(git, onBase));
  await github.dispatch(file, base.branch, { plan: planId });
  return `${said}; ${file} was started`;
}

/** The workflow that executes plans, by what the base branch has. */
async function carrier(git: Git, onBase: string): Promise<string> {
  const files = await git.filesIn(onBase, WORKFLOW_FOLDER);
  return WORKFLOWS.find((name) => files.has(`${WORKFLOW_FOLDER}/${name}`)) ?? WORKFLOWS[0];
}
