/** `plans ci execute`: carries a plan out in a job that may write nowhere, and leaves its commits for the one that publishes. */
import { randomUUID } from 'node:crypto';
import { runText } from '../../core/ci/run-text.ts';
import { durationMs } from '../../core/frontmatter.ts';
import { redactionOf, secretsOf } from '../../core/redact.ts';
import { CommandError, EXIT, type Command, type CommandContext, type Output } from '../context.ts';
import { feedProgress, jsonProgress } from '../terminal/feed.ts';
import { baseBranch, handOver, namedPlan, REMOTE_NAME, withSecrets } from './place.ts';

/** A job ends after six hours, with all that it has not handed on. */
const TIME_LIMIT = '5h';

/** Runs the plan on the branch `plans/PLAN`, and bundles its commits. A pause is no failure: what it waits for stands in the summary. */
export const ciExecute: Command = async (context, input) => {
  const [{ readJob }, { executePlan }] = await Promise.all([import('../../adapters/github/job.ts'), import('../../engine/ci/execute.ts')]);
  const limit = input.text('time-limit') ?? TIME_LIMIT;
  if (!/^(?:\d+[dhms])+$/.test(limit)) throw new CommandError(`--time-limit takes a duration such as 90m or 5h, found "${limit}".`);
  const env = withSecrets(context, input);
  const job = readJob(context.env);
  const out = redacted(context.out, env);
  // What agents and gates print could else speak to the runner: `::add-mask::`, `::error::`.
  const resume = stopCommands(context);
  const progress = context.json ? jsonProgress(out) : feedProgress(out, context.quiet);
  let pause: ((now: boolean) => void) | undefined;
  const stopListening = context.onSignal((signal) => pause?.(signal !== 'SIGINT'));
  try {
    const { summary, bundle } = await executePlan(context.cwd, {
      planId: namedPlan(input),
      base: baseBranch(input, job),
      remote: REMOTE_NAME,
      folder: handOver(context, input),
      env: context.env,
      agentEnv: env,
      timeLimitMs: durationMs(limit),
      publish: (event) => progress.event(event),
      control: (given) => (pause = given),
    });
    progress.end();
    job.summary(redactionOf(secretsOf(env, [])).text(runText(summary)));
    if (bundle !== null && !context.json && !context.quiet) context.out.write(`${summary.commits} commits are in ${bundle}\n`);
    return summary.end.type === 'failed' ? EXIT.failed : EXIT.done;
  } finally {
    stopListening();
    resume();
  }
};

function redacted(out: Output, env: CommandContext['env']): Output {
  const redaction = redactionOf(secretsOf(env, []));
  return {
    ...out,
    write: (text) => out.write(redaction.text(text)),
    size: () => out.size(),
    onResize: (listener) => out.onResize(listener),
  };
}

/** Tells the runner to take lines for what they are; returns what ends that. */
function stopCommands({ env, out, json }: CommandContext): () => void {
  if (env['GITHUB_ACTIONS'] !== 'true' || json) return () => {};
  const word = randomUUID();
  out.write(`::stop-commands::${word}\n`);
  return () => out.write(`::${word}::\n`);
}
