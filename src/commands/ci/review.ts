/** `plans ci review`: what a pull request does to the plans, for people, for code scanning, and for `plans ci comment`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CommandError, EXIT, type Command, type CommandContext, type CommandInput } from '../context.ts';
import type { PullRequestReview } from '../../core/ci/review-record.ts';
import type { EventPull } from '../../engine/ci/comment.ts';
import { writeJson } from '../reading.ts';
import { inQuietPlace, REMOTE_NAME, toldInJob } from './place.ts';

/** Where a review is written to, and read from. */
export const REVIEW_FOLDER = 'plans-review';

/** Reads both versions as data; in a workflow the review goes into a folder, for the job that posts it. */
export const ciReview: Command = async (context, input) => {
  const [{ reviewChange }, { REVIEW_FILES }, { commentOf }, { sarifOf }] = await Promise.all([
    import('../../engine/ci/review.ts'),
    import('../../engine/ci/comment.ts'),
    import('../../core/ci/comment.ts'),
    import('../../core/ci/sarif.ts'),
  ]);
  const isStep = context.env['GITHUB_ACTIONS'] === 'true';
  const job = isStep ? (await import('../../adapters/github/job.ts')).readJob(context.env) : null;
  const read = async (): Promise<PullRequestReview> => {
    const { base, head, isFork, pull } = await range(context, input);
    if (pull !== null) await bringHead(context, pull);
    return await reviewChange(context.cwd, { base, head, isFork, plans: input.text('plans'), now: new Date(context.now()) });
  };
  const review = job === null ? await read() : await toldInJob(context, job, read);
  const comment = commentOf(review);
  const out = input.text('folder') ?? (isStep ? REVIEW_FOLDER : undefined);
  if (out !== undefined) {
    const folder = resolve(context.cwd, out);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, REVIEW_FILES.review), `${JSON.stringify(review)}\n`);
    writeFileSync(join(folder, REVIEW_FILES.comment), `${comment}\n`);
    writeFileSync(join(folder, REVIEW_FILES.sarif), `${JSON.stringify(sarifOf(review.diff, context.version))}\n`);
  }
  job?.summary(comment);
  if (context.json) writeJson(context, review);
  else if (isStep) {
    const { annotationsOf } = await import('../../core/ci/annotations.ts');
    for (const line of annotationsOf(review.diff)) context.out.write(`${line}\n`);
  } else if (!context.quiet) context.out.write(`${comment}\n`);
  const wrong = review.diff.problems.length + (review.config?.problems.length ?? 0);
  return wrong > 0 || review.diff.plans.some(({ after }) => after?.valid === false) ? EXIT.failed : EXIT.done;
};

interface Range {
  readonly base: string;
  readonly head: string;
  readonly isFork: boolean;
  /** Whose head may have to be fetched. */
  readonly pull: EventPull | null;
}

/** A checkout of the base has not the pull request's commits: they come as objects, and nothing of them is checked out. */
async function bringHead(context: CommandContext, { number, head }: EventPull): Promise<void> {
  await inQuietPlace(context, async ({ git }) => {
    // What has been pushed over is known by its own id alone.
    for (const wanted of [`+refs/pull/${number}/head:refs/plans/pull/${number}`, head]) {
      if ((await git.resolve(head)) !== null) return;
      const failed = await git.fetch(REMOTE_NAME, [wanted]);
      if (failed !== null && wanted === head) throw new CommandError(`The commits of #${number} could not be fetched: ${failed}`);
    }
  });
}

/** As named, else as the event of the workflow has it. */
async function range(context: CommandContext, input: CommandInput): Promise<Range> {
  const [base, head] = [input.text('base'), input.text('head')];
  if (context.env['GITHUB_ACTIONS'] !== 'true') {
    if (base !== undefined) return { base, head: head ?? 'HEAD', isFork: false, pull: null };
    throw new CommandError('"plans ci review" needs to know what the change goes into: --base BRANCH.');
  }
  const [{ readJob }, { pullOfEvent, queueOfEvent }] = await Promise.all([
    import('../../adapters/github/job.ts'),
    import('../../engine/ci/comment.ts'),
  ]);
  const { event, eventName } = readJob(context.env);
  const pull = pullOfEvent(event);
  const queue = queueOfEvent(event);
  const [from, to] = [base ?? queue?.base, head ?? queue?.head];
  // Whose commits these are is not known: they may say of themselves what they like.
  if (pull === null && from !== undefined && to !== undefined) return { base: from, head: to, isFork: true, pull: null };
  if (pull === null)
    throw new CommandError(
      `The event "${eventName}" is of no pull request. Run this on pull_request_target or merge_group, or name --base and --head.`,
    );
  return { base: base ?? pull.base, head: head ?? pull.head, isFork: pull.isFork, pull: head === undefined ? pull : null };
}
