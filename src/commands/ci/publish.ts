/** `plans ci publish`: checks what another job has executed, pushes it, and tells of it on a pull request. */
import { redactionOf, secretsOf } from '../../core/redact.ts';
import { inlineCode } from '../../core/markdown-text.ts';
import type { Published } from '../../engine/ci/publish.ts';
import { CommandError, EXIT, type Command } from '../context.ts';
import { writeJson } from '../reading.ts';
import { baseBranch, handOver, inQuietPlace, namedPlan, REMOTE_NAME, toldInJob, withLinks } from './place.ts';

/** Publishes, or says why not. */
export const ciPublish: Command = async (context, input) => {
  const [{ readJob }, { publishPlan }] = await Promise.all([import('../../adapters/github/job.ts'), import('../../engine/ci/publish.ts')]);
  const job = readJob(context.env);
  const start = input.text('commit');
  if (start === undefined || !/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(start))
    throw new CommandError('Name the commit on which the execution began, as plans ci reconcile gave it: --commit ID');
  const planId = namedPlan(input);
  const published = await toldInJob(context, job, () =>
    inQuietPlace(context, async ({ git, bundles }) =>
      publishPlan(
        { git, bundles, github: job.github() },
        {
          planId,
          start,
          base: baseBranch(input, job),
          remote: REMOTE_NAME,
          folder: handOver(context, input),
          isOutOfReach: input.text('download') === 'failure',
          redaction: redactionOf(secretsOf(context.env, [])),
          repositoryUrl: job.repositoryUrl,
          runUrl: job.runUrl,
        },
      ),
    ),
  );
  const said = words(published);
  job.summary(`${inlineCode(planId)}: ${withLinks(job, said)}`);
  if (context.json) writeJson(context, { version: 1, plan: planId, ...withoutPlan(published) });
  else if (!context.quiet) context.out.write(`${planId}: ${said}\n`);
  return EXIT.done;
};

function words(published: Published): string {
  switch (published.type) {
    case 'nothing':
      return published.because;
    case 'pull-request':
      return `${published.plan.status}, at ${published.head.slice(0, 12)}: ${published.url}${published.instead === null ? '' : ` (The base branch did not take it: ${published.instead})`}`;
    case 'pushed':
      return `${published.plan.status}, and pushed to ${published.branch} as ${published.head.slice(0, 12)}.`;
  }
}

function withoutPlan(published: Published): object {
  if (published.type === 'nothing') return published;
  const { plan, ...rest } = published;
  return { ...rest, status: plan.status };
}
