/** `plans ci comment`: posts the review that `plans ci review` wrote, as the one comment of the pull request. */
import { resolve } from 'node:path';
import { CommandError, EXIT, type Command } from '../context.ts';
import { writeJson } from '../reading.ts';
import { toldInJob } from './place.ts';
import { REVIEW_FOLDER } from './review.ts';

/** Reads the review as data and writes the comment, or updates it in place. */
export const ciComment: Command = async (context, input) => {
  const [{ readJob }, { postReview, pullOfEvent, readReview }] = await Promise.all([
    import('../../adapters/github/job.ts'),
    import('../../engine/ci/comment.ts'),
  ]);
  const job = readJob(context.env);
  const pull = pullOfEvent(job.event);
  if (pull === null) throw new CommandError(`The event "${job.eventName}" is of no pull request: there is nothing to comment on.`);
  const posted = await toldInJob(context, job, () => {
    const review = readReview(resolve(context.cwd, input.text('folder') ?? REVIEW_FOLDER));
    return postReview(job.github(), pull, review);
  });
  if (context.json) writeJson(context, { version: 1, pullRequest: pull.number, ...posted });
  else if (posted.type === 'posted') context.out.write(`${posted.url}\n`);
  else if (!context.quiet)
    context.out.write(
      posted.type === 'nothing'
        ? `#${pull.number} changes no plan: there is nothing to say.\n`
        : `#${pull.number} is at ${posted.head} by now: its own review follows.\n`,
    );
  return EXIT.done;
};
