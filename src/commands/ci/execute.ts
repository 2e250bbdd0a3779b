/** `plans ci execute`: carries a plan out in a job that may write nowhere, and leaves its commits for the one that publishes. */
import { runText } from '../../core/ci/run-text.ts';
import { durationMs } from '../../core/frontmatter.ts';
import { redactionOf, secretsOf } from '../../core/redact.ts';
import { CommandError, EXIT, type Command } from '../context.ts';
import { baseBranch, handOver, namedPlan, REMOTE_NAME, toldInJob, withSecrets } from './place.ts';
import { showRun } from './running.ts';

/** A job ends after six hours, with all that it has not handed on. */
const TIME_LIMIT = '5h';

/** Runs the plan on the branch `plans/PLAN`, and bundles its commits. A pause is no failure: what it waits for stands in the summary. */
export const ciExecute: Command = async (context, input) => {
  const [{ readJob }, { executePlan }] = await Promise.all([import('../../adapters/github/job.ts'), import('../../engine/ci/execute.ts')]);
  const limit = input.text('time-limit') ?? TIME_LIMIT;
  if (!/^(?:\d+[dhms])+$/.test(limit)) throw new CommandError(`--time-limit takes a duration such as 90m or 5h, found "${limit}".`);
  const env = withSecrets(context, input);
  const job = readJob(context.env);
  const summary = await toldInJob(context, job, () =>
    showRun(context, env, async (running) => {
      const executed = await executePlan(context.cwd, {
        planId: namedPlan(input),
        base: baseBranch(input, job),
        remote: REMOTE_NAME,
        folder: handOver(context, input),
        env: context.env,
        agentEnv: env,
        timeLimitMs: durationMs(limit),
        ...running,
      });
      if (executed.bundle !== null && !context.json && !context.quiet)
        context.out.write(`${executed.summary.commits} commits are in ${executed.bundle}\n`);
      return executed.summary;
    }),
  );
  job.summary(redactionOf(secretsOf(env, [])).text(runText(summary)));
  return summary.end.type === 'failed' ? EXIT.failed : EXIT.done;
};
